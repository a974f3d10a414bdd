// Optimizers over flat buffers, and learning-rate schedules.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elbo/device/parameter_pass.h"
#include "elbo/tensor/arena.h"
#include "elbo/train/settings.h"

namespace elbo {

/// The learning rate of step t (0, 1, ...) of `total_steps`: linear warm-up, then constant or
/// falling to zero as half a cosine.
double learning_rate_at(const TrainSettings& settings, std::int64_t step, std::int64_t total_steps);

/// How far the parameters move in one step, and what follows them.
struct OptimizerStep {
  /// Counts from 0.
  std::int64_t number = 0;
  double learning_rate = 0;
  /// Gradients are multiplied by it first.
  double gradient_scale = 1;
  /// A moving average of the parameters, updated in the same pass; empty: none.
  std::span<float> average = {};
  double average_decay = 0;
  /// Who keeps copies of the parameters; null: nobody.
  const ParameterPass* pass = nullptr;
};

class Optimizer {
 public:
  /// `size`: floats in the flat buffers.
  Optimizer(const TrainSettings& settings, std::int64_t size, int threads);

  /// Updates the parameters in place, in one pass over memory.
  void step(std::span<float> parameters, std::span<const float> gradients,
            const OptimizerStep& step);

  /// What a checkpoint must hold besides the parameters, by name.
  std::vector<std::pair<std::string, std::span<float>>> state();

 private:
  TrainSettings settings_;
  int threads_;
  FlatBuffer moment1_, moment2_;
};

}  // namespace elbo
