// A plan: a graph's outputs made ready to be computed for one batch size on one device. Making it
// may allocate and take milliseconds; run() only executes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "elbo/device/executor.h"
#include "elbo/device/precision.h"

namespace elbo {

enum class DeviceKind : std::uint8_t {
  /// Fused, vectorised, parallel; single precision.
  cpu,
  /// Naive, one node at a time, double precision: the oracle of the tests.
  reference,
};

struct PlanOptions {
  std::int64_t batch_size = 1;
  DeviceKind device = DeviceKind::cpu;
  int threads = 1;
  /// Of products and convolutions on the cpu device; bf16 without the instructions means fp32.
  Precision precision = Precision::fp32;
  ParameterChanges parameter_changes = ParameterChanges::anytime;
};

class Plan {
 public:
  /// `parameters` is the flat buffer of the graph's ParameterLayout (parameters.h); it and the
  /// graph must outlive the plan. Parameters may change between runs in the way that the options
  /// promise; the pointer may be null when the outputs need none.
  Plan(const Graph& graph, const std::vector<PlanOutput>& outputs, const float* parameters,
       const PlanOptions& options);
  ~Plan();
  Plan(Plan&&) noexcept;

  /// Binds an input by name; ignored when the outputs don't need it. Every needed input must be
  /// bound before run(); throws UsageError for a name that the graph doesn't have.
  void bind_input(const std::string& name, const void* data);
  /// Not thread-safe: one plan runs in one thread at a time (and uses options.threads inside).
  void run(const RunContext& context = {});
  std::span<const float> output(std::size_t i) const { return executor_->output(i); }
  const ParameterPass* parameter_pass() const { return executor_->parameter_pass(); }
  void parameters_changed() { executor_->parameters_changed(); }
  std::int64_t batch_size() const { return options_.batch_size; }
  void set_profiling(bool on) { executor_->set_profiling(on); }
  PlanSummary summary() const { return executor_->summary(); }

 private:
  PlanOptions options_;
  /// Inputs that the outputs need, and those already bound.
  std::unordered_map<std::string, NodeId> inputs_;
  std::vector<std::string> unneeded_;
  std::vector<std::string> unbound_;
  std::unique_ptr<Executor> executor_;
};

}  // namespace elbo
