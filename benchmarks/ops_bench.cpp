// Every operation case of the tests, timed: its result, and its gradient with respect to all of its
// operands, each as a plan of its own on one thread. For a closer look at one case:
// elbo_benchmarks --benchmark_filter='ops/matmul/'.
#include <benchmark/benchmark.h>

#include "elbo/device/plan.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"
#include "tests/graph/op_cases.h"

namespace elbo {
namespace {

/// Large enough that the work of a kernel outweighs its start, small enough for the second cache.
constexpr std::int64_t kBatchSize = 512;

void time_plan(benchmark::State& state, const testing::OpCase& op_case, bool gradient) {
  Graph graph;
  const testing::BuiltCase built = testing::build(graph, op_case);
  std::vector<Value> outputs{built.result};
  // Weighted with an input, so that no gradient folds to a constant.
  const Shape shape = built.result.shape();
  const std::vector<float> weights(static_cast<std::size_t>(shape.count(kBatchSize)), 0.5f);
  if (gradient) {
    const Value scalar = sum(built.result * graph.input("weights", shape));
    outputs = gradients(scalar, built.operands);
  }
  const testing::OperandMemory memory(graph, built,
                                      testing::random_operands(op_case, kBatchSize, 1));
  Plan plan(graph, {outputs.begin(), outputs.end()}, memory.parameters(),
            {.batch_size = kBatchSize});
  memory.bind(plan);
  if (gradient) plan.bind_input("weights", weights.data());
  for (auto _ : state) {
    plan.run();
    benchmark::ClobberMemory();
  }
  const PlanSummary summary = plan.summary();
  double bytes = 0;
  for (const KernelSummary& kernel : summary.kernels) bytes += kernel.bytes;
  using benchmark::Counter;
  state.counters["FLOP/s"] = Counter(summary.flops, Counter::kIsIterationInvariantRate);
  state.counters["bytes/s"] = Counter(bytes, Counter::kIsIterationInvariantRate);
  state.counters["kernels"] = static_cast<double>(summary.kernels.size());
}

void add(const std::string& name, const testing::OpCase& op_case, bool gradient) {
  benchmark::RegisterBenchmark(name.c_str(), [&op_case, gradient](benchmark::State& state) {
    time_plan(state, op_case, gradient);
  });
}

const bool kRegistered = [] {
  for (const testing::OpCase& op_case : testing::op_cases()) {
    add("ops/" + op_case.name + "/result", op_case, false);
    if (op_case.differentiable) add("ops/" + op_case.name + "/gradient", op_case, true);
  }
  return true;
}();

}  // namespace
}  // namespace elbo
