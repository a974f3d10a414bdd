// A model with one of its plans, outside of training: to list what will run and to measure it.
#pragma once

#include <cstdint>
#include <vector>

#include "elbo/device/plan.h"
#include "elbo/feed/batches.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "elbo/train/run_config.h"

namespace elbo {

/// What a plan computes for a batch.
enum class PlanPurpose : std::uint8_t {
  /// The loss, its terms, and every gradient in a flat buffer: what the trainer runs each step.
  training,
  /// Mean and log variance of q(z | x).
  encoding,
  /// The ELBO of each example.
  scoring,
};

struct PlannedModelOptions {
  PlanPurpose purpose = PlanPurpose::training;
  std::int64_t batch_size = 128;
  int threads = 1;
};

/// Owns the graph, first values of the parameters, and the plan.
class PlannedModel {
 public:
  /// `data` must outlive it and fit config.shape.
  PlannedModel(const RunConfig& config, const Dataset& data, const PlannedModelOptions& options);

  /// Runs the batch of examples first, first + 1, ..., around the end of the data set if need be.
  void run(std::int64_t first, std::uint32_t step);

  Plan& plan() { return *plan_; }
  const Plan& plan() const { return *plan_; }
  const Graph& graph() const { return graph_; }
  const std::vector<Value>& outputs() const { return outputs_; }
  const ParameterLayout& layout() const { return layout_; }
  /// To be changed between runs of a training plan only, which must be told.
  FlatBuffer& parameters() { return parameters_; }
  FlatBuffer& gradients() { return gradients_; }

 private:
  std::vector<PlanOutput> build(const RunConfig& config, PlanPurpose purpose,
                                const BatchNodes& nodes);

  Graph graph_;
  ParameterLayout layout_;
  FlatBuffer parameters_, gradients_;
  BatchBinding binding_;
  std::int64_t data_count_;
  std::uint64_t seed_;
  float warmup_ = 1;
  std::vector<Value> outputs_;
  std::optional<Plan> plan_;
};

/// `count` examples of zeros, of the kind and shape that a model was made for, with labels if it
/// had any. A plan only needs one: its batches may repeat it.
Dataset blank_data(const RunConfig& config, std::int64_t count);

}  // namespace elbo
