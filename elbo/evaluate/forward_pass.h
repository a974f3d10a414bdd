// A finished model's values for data, without gradients: a small graph, planned once, through which
// a whole data set runs in batches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/device/plan.h"
#include "elbo/evaluate/parameter_map.h"
#include "elbo/feed/batches.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// How a pass over data is run.
struct PassOptions {
  std::int64_t batch_size = 500;
  int threads = 1;
  Precision precision = Precision::fp32;
  std::uint64_t seed = 1;
  /// Distinguishes passes that must draw different noise.
  std::uint32_t step = 0;
  /// RunContext::same_noise.
  bool same_noise = false;
};

/// Values an example, (N, ...) each, of a fresh graph and its data side.
using PassBuilder = std::function<std::vector<Value>(Graph&, const BatchNodes&)>;

class ForwardPass {
 public:
  /// `data` must outlive it. Throws ShapeError when a parameter that the graph needs is missing or
  /// has another shape.
  ForwardPass(const Dataset& data, const ParameterMap& parameters, const PassOptions& options,
              const PassBuilder& build);
  ForwardPass(const ForwardPass&) = delete;
  ForwardPass& operator=(const ForwardPass&) = delete;

  /// Examples first, first + 1, ...; where the data end, the last one fills the batch up. Returns
  /// how many are not such repetitions.
  std::int64_t run(std::int64_t first);
  /// Of the last batch run.
  std::span<const float> output(std::size_t i) const { return plan_->output(i); }
  /// What build() returned.
  const std::vector<Value>& values() const { return values_; }
  std::int64_t batch_size() const { return options_.batch_size; }
  PlanSummary summary() const { return plan_->summary(); }

 private:
  PassOptions options_;
  std::int64_t count_;
  Graph graph_;
  std::vector<Value> values_;
  FlatBuffer parameters_;
  BatchBinding binding_;
  std::optional<Plan> plan_;
};

/// Runs a whole data set and returns the values as (count, ...) f32 arrays; batches are no larger
/// than the data. Throws as ForwardPass does, and Interrupted when the user asks to stop.
std::vector<Array> run_pass(const Dataset& data, const ParameterMap& parameters,
                            const PassOptions& options, const PassBuilder& build);

}  // namespace elbo
