// The copies of operands that a plan makes for its products: how often, and in what order.
#include "elbo/device/cpu/operand_copies.h"

#include <gtest/gtest.h>

#include "elbo/graph/ops.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

constexpr std::int64_t kBatchSize = 6;
constexpr Conv2dAttributes kHalving{.stride = 2, .padding_begin = 0, .padding_end = 1};

Value weights_in(Graph& graph, const Shape& shape) {
  return graph.parameter("weights", shape, {Initializer::Kind::normal, 1.0});
}

TEST(OperandCopies, FixedParametersAreLaidOutInTheFirstRunOnly) {
  using Build = Value (*)(Graph&);
  const Build products[] = {
      [](Graph& graph) {
        return matmul(graph.input("x", Shape{kBatch, 64}), weights_in(graph, Shape{64, 9}));
      },
      [](Graph& graph) {
        return conv2d(graph.input("x", Shape{kBatch, 4, 4, 4}),
                      weights_in(graph, Shape{3, 3, 4, 5}), kHalving);
      },
      [](Graph& graph) {
        return conv2d_input_gradient(graph.input("x", Shape{kBatch, 2, 2, 16}),
                                     weights_in(graph, Shape{3, 3, 5, 16}), 4, 4, kHalving);
      }};
  for (const Build build : products) {
    Graph graph;
    const Value y = build(graph);
    const ParameterLayout layout(graph);
    FlatBuffer parameters(static_cast<std::size_t>(layout.size()));
    const testing::Floats x(kBatchSize * 64, 0.5f);
    for (const bool are_fixed : {false, true}) {
      Plan plan(graph, {y}, parameters.data(),
                {.batch_size = kBatchSize, .parameters_are_fixed = are_fixed});
      plan.bind_input("x", x.data());
      std::ranges::fill(parameters.values(), 1.0f);
      plan.run();
      const float first = plan.output(0)[0];
      std::ranges::fill(parameters.values(), 3.0f);
      plan.run();
      EXPECT_EQ(plan.output(0)[0], are_fixed ? first : 3 * first) << y.node().shape.to_string();
      EXPECT_GT(first, 0);
    }
  }
}

TEST(OperandCopies, TransposedConvolutionsShareTheirWeights) {
  Graph graph;
  const Value w = graph.input("w", Shape{3, 3, 5, 16});
  const auto enlarged = [&](const char* name) {
    return conv2d_input_gradient(graph.input(name, Shape{kBatch, 2, 2, 16}), w, 4, 4, kHalving);
  };
  const Plan plan(graph, {enlarged("x"), enlarged("y")}, nullptr, {.batch_size = kBatchSize});
  int copies = 0;
  for (const KernelSummary& kernel : plan.summary().kernels) {
    copies += kernel.name == "copy" && kernel.detail == "(9, 5, 16)^T in panels";
  }
  EXPECT_EQ(copies, 1);
}

TEST(OperandCopies, TapsThatMeetTheSamePixelsFollowOneAnother) {
  using Order = std::vector<std::int64_t>;
  EXPECT_EQ(cpu::tap_order(3, 3, 2), (Order{8, 6, 2, 0, 7, 1, 5, 3, 4}));
  EXPECT_EQ(cpu::tap_order(2, 3, 1), (Order{5, 4, 3, 2, 1, 0}));
  // Remainders that no element of the window leaves have none.
  EXPECT_EQ(cpu::tap_order(1, 2, 3), (Order{0, 1}));
}

}  // namespace
}  // namespace elbo
