// What a device does: given a graph, the wanted outputs and a batch size, prepare everything, then
// run as often as asked. Plan (plan.h) is what the rest of the library uses.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elbo/device/parameter_pass.h"
#include "elbo/graph/graph.h"

namespace elbo {

/// What randomness is keyed by, besides a random node's own stream.
struct RunContext {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
  /// The number of the batch's first example, when a batch is a part of a larger whole.
  std::uint32_t first_example = 0;
  /// All examples draw the same numbers, so that what is computed of one depends on it alone.
  bool same_noise = false;

  /// What keys the numbers of the batch's n-th example.
  std::uint32_t example_key(std::int64_t n) const {
    return same_noise ? 0 : first_example + static_cast<std::uint32_t>(n);
  }
};

/// One line of a plan's listing.
struct KernelSummary {
  std::string name;
  /// What it computes, in the graph's words.
  std::string detail;
  double flops = 0;
  double bytes = 0;
  /// Seconds spent in it and times run, once profiling is on.
  double seconds = 0;
  /// The fastest of its runs: on a shared machine, what it takes when nobody disturbs.
  double fastest_seconds = 0;
  std::int64_t runs = 0;
};

struct PlanSummary {
  std::string device;
  std::vector<KernelSummary> kernels;
  std::int64_t arena_bytes = 0;
  std::int64_t parameter_bytes = 0;
  double flops = 0;
};

/// An output, and where its value goes: by default into the executor's own memory.
struct PlanOutput {
  PlanOutput(Value value_, float* target_ = nullptr)  // NOLINT: a value is an output
      : value(value_), target(target_) {}
  Value value;
  /// Caller-owned, as many floats as the value has elements, alive as long as the executor.
  float* target;
};

/// All of them into the executor's own memory.
inline std::vector<PlanOutput> outputs_of(const std::vector<Value>& values) {
  return {values.begin(), values.end()};
}

/// When parameters change, for what the executor may keep of them.
enum class ParameterChanges : std::uint8_t {
  /// Between any two runs.
  anytime,
  /// Piece by piece in a pass that the executor follows, or the executor is told.
  told,
  /// Not after the first run: forward passes of a finished model.
  never,
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// The caller keeps the memory alive and may change its contents between runs.
  virtual void bind_input(NodeId input, const void* data) = 0;
  virtual void run(const RunContext& context) = 0;
  /// Null where nothing is kept. With ParameterChanges::told every change must be followed, or else
  /// parameters_changed() be called.
  virtual const ParameterPass* parameter_pass() const { return nullptr; }
  virtual void parameters_changed() {}
  /// Valid until the next run.
  virtual std::span<const float> output(std::size_t i) const = 0;
  virtual void set_profiling(bool on) = 0;
  virtual PlanSummary summary() const = 0;
};

}  // namespace elbo
