// Every operation case against its oracles: the reference device in double precision, and central
// finite differences.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/philox.h"
#include "elbo/device/plan.h"
#include "elbo/device/reference/reference_executor.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"
#include "tests/graph/op_cases.h"

namespace elbo::testing {
namespace {

using Leaves = std::vector<std::pair<NodeId, std::vector<double>>>;

class Ops : public ::testing::TestWithParam<OpCase> {};

Leaves make_leaves(const BuiltCase& built, const std::vector<std::vector<double>>& elements) {
  Leaves leaves;
  for (std::size_t i = 0; i < built.operands.size(); ++i) {
    leaves.emplace_back(built.operands[i].id(), elements[i]);
  }
  return leaves;
}

void expect_close(std::span<const float> found, const std::vector<double>& expected,
                  double tolerance, const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  double scale = 1e-3;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], tolerance * scale) << what << ", element " << i;
  }
}

/// The scalar sum(result * weights) and its gradients, for fixed pseudo-random weights.
Value weighted_sum(Graph& graph, Value result) {
  const Value weights = graph.input("weights", result.shape());
  return sum(result * weights);
}

std::vector<double> weights_for(const Value& result, std::int64_t batch_size) {
  RandomSequence random(99);
  std::vector<double> weights(static_cast<std::size_t>(result.shape().count(batch_size)));
  for (double& weight : weights) weight = static_cast<float>(random.next_uniform(-1, 1));
  return weights;
}

TEST_P(Ops, CpuAgreesWithReference) {
  const OpCase& op_case = GetParam();
  Graph graph;
  const BuiltCase built = build(graph, op_case);
  std::vector<Value> outputs{built.result};
  const Value scalar = weighted_sum(graph, built.result);
  const std::vector<Value> d = gradients(scalar, built.operands);
  outputs.insert(outputs.end(), d.begin(), d.end());
  for (const std::int64_t batch_size : {1, 2, 7, 33, 130}) {
    const auto elements = random_operands(op_case, batch_size, 7);
    const auto weights = weights_for(built.result, batch_size);
    Leaves leaves = make_leaves(built, elements);
    leaves.emplace_back(graph.find_input("weights").id(), weights);
    const auto expected = evaluate_in_double(graph, outputs, batch_size, leaves, {});
    const OperandMemory memory(graph, built, elements);
    const std::vector<float> result_weights(weights.begin(), weights.end());
    for (const int threads : {1, 2, 3}) {
      Plan plan(graph, {outputs.begin(), outputs.end()}, memory.parameters(),
                {.batch_size = batch_size, .device = DeviceKind::cpu, .threads = threads});
      memory.bind(plan);
      plan.bind_input("weights", result_weights.data());
      plan.run();
      plan.run();  // the second run finds the arena used
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        expect_close(plan.output(i), expected[i], op_case.tolerance,
                     "batch " + std::to_string(batch_size) + ", threads " +
                         std::to_string(threads) + ", output " + std::to_string(i));
      }
    }
  }
}

TEST_P(Ops, GradientAgreesWithFiniteDifferences) {
  const OpCase& op_case = GetParam();
  Graph graph;
  const BuiltCase built = build(graph, op_case);
  const Value scalar = weighted_sum(graph, built.result);
  const std::vector<Value> d = gradients(scalar, built.operands);
  constexpr std::int64_t kBatchSize = 3;
  auto elements = random_operands(op_case, kBatchSize, 11);
  const auto weights = weights_for(built.result, kBatchSize);
  const auto evaluate = [&](const std::vector<Value>& outputs) {
    Leaves leaves = make_leaves(built, elements);
    leaves.emplace_back(graph.find_input("weights").id(), weights);
    return evaluate_in_double(graph, outputs, kBatchSize, leaves, {});
  };
  const auto analytic = evaluate(d);
  RandomSequence pick(5);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    ASSERT_EQ(d[i].shape(), built.operands[i].shape());
    // A dozen elements of each operand; all of them would only take longer.
    for (int trial = 0; trial < 12; ++trial) {
      const auto at = pick.next_below(static_cast<std::uint32_t>(elements[i].size()));
      const double x = elements[i][at];
      constexpr double kStep = 1e-6;
      elements[i][at] = x + kStep;
      const double above = evaluate({scalar})[0][0];
      elements[i][at] = x - kStep;
      const double below = evaluate({scalar})[0][0];
      elements[i][at] = x;
      const double numeric = op_case.differentiable ? (above - below) / (2 * kStep) : 0.0;
      // Central differences lose about 1e-10 / step of the scalar's magnitude to rounding.
      EXPECT_NEAR(analytic[i][at], numeric,
                  1e-6 * std::max(1.0, std::abs(numeric)) + 1e-9 * std::abs(above))
          << "operand " << i << ", element " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Ops, ::testing::ValuesIn(op_cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace elbo::testing
