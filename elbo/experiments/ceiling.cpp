#include "elbo/experiments/ceiling.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/device/plan.h"
#include "elbo/tensor/arena.h"

namespace elbo {
namespace {

using Clock = std::chrono::steady_clock;

/// Time spent in products and convolutions since profiling began.
double profiled_seconds(const Plan& plan) {
  double seconds = 0;
  for (const KernelSummary& kernel : plan.summary().kernels) {
    // Copies of the operands in another precision are the plan's, not the product's.
    if (kernel.flops > 0) seconds += kernel.seconds;
  }
  return seconds;
}

double fastest_run(const Graph& graph, NodeId id, const CeilingOptions& options) {
  Graph alone;
  Node node = graph.node(id);
  std::vector<FlatBuffer> operands;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Shape& shape = graph.node(node.inputs[i]).shape;
    node.inputs[i] = alone.input("operand" + std::to_string(i), shape).id();
    operands.emplace_back(static_cast<std::size_t>(shape.count(options.batch_size)));
    std::ranges::fill(operands.back().values(), 0.5f);
  }
  const Value product = alone.add(node);
  Plan plan(alone, {product}, nullptr,
            {.batch_size = options.batch_size,
             .threads = options.threads,
             .precision = options.precision});
  for (std::size_t i = 0; i < operands.size(); ++i) {
    plan.bind_input("operand" + std::to_string(i), operands[i].data());
  }
  plan.set_profiling(true);
  double fastest = std::numeric_limits<double>::infinity(), before = 0;
  const Clock::time_point start = Clock::now();
  do {
    if (interrupted()) throw Interrupted("interrupted");
    plan.run();
    const double total = profiled_seconds(plan);
    fastest = std::min(fastest, total - before);
    before = total;
  } while (std::chrono::duration<double>(Clock::now() - start).count() < options.seconds);
  return fastest;
}

}  // namespace

double contraction_seconds(const Graph& graph, const std::vector<Value>& outputs,
                           const CeilingOptions& options) {
  double seconds = 0;
  for (const NodeId id : reachable_nodes(graph, outputs)) {
    if (is_contraction(graph.node(id).op)) seconds += fastest_run(graph, id, options);
  }
  return seconds;
}

}  // namespace elbo
