// A run's training step by itself, outside of training: to list what will run and to measure it.
#pragma once

#include <cstdint>
#include <optional>

#include "elbo/feed/batches.h"
#include "elbo/train/gradient_step.h"
#include "elbo/train/run_config.h"

namespace elbo {

/// Owns the graph, first values of the parameters, and the plan.
class PlannedTraining {
 public:
  /// `data` must outlive it and fit config.shape.
  PlannedTraining(const RunConfig& config, const Dataset& data, int threads);
  PlannedTraining(const PlannedTraining&) = delete;
  PlannedTraining& operator=(const PlannedTraining&) = delete;

  /// The batch of examples first, first + 1, ..., around the end of the data set if need be.
  void choose(std::int64_t first);
  GradientStep& step() { return *step_; }
  const GradientStep& step() const { return *step_; }
  const Graph& graph() const { return graph_; }

 private:
  Graph graph_;
  BatchBinding binding_;
  std::int64_t data_count_;
  float warmup_ = 1;
  std::optional<GradientStep> step_;
};

/// `count` examples of zeros, of the kind and shape that a model was made for, with labels if it
/// had any. A plan only needs one: its batches may repeat it.
Dataset blank_data(const RunConfig& config, std::int64_t count);

}  // namespace elbo
