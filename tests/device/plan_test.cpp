// Plans: binding, errors, targets, and what may change between runs.
#include "elbo/device/plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/tensor/arena.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no UsageError";
}

class Plans : public ::testing::TestWithParam<DeviceKind> {
 protected:
  PlanOptions options(std::int64_t batch_size) const { return {batch_size, GetParam()}; }

  Graph graph;
  const Value pixels = graph.input("pixels", Shape{kBatch, 2});
  const Value offsets = graph.input("offsets", Shape{2});
};

TEST_P(Plans, EveryNeededInputMustBeBound) {
  Plan plan(graph, {pixels + offsets}, nullptr, options(1));
  const Floats x = {1, 2}, row = {10, 20};
  plan.bind_input("pixels", x.data());
  EXPECT_EQ(message_of([&] { plan.run(); }), "plan: input 'offsets' is not bound");
  plan.bind_input("offsets", row.data());
  plan.run();
  EXPECT_EQ(plan.output(0)[1], 22);
}

TEST_P(Plans, UnknownInputsGetASuggestion) {
  Plan plan(graph, {pixels * 2.0}, nullptr, options(1));
  const Floats x = {1, 2};
  EXPECT_EQ(message_of([&] { plan.bind_input("pixel", x.data()); }),
            "plan: the graph has no input 'pixel'; did you mean 'pixels'?");
  EXPECT_EQ(message_of([&] { plan.bind_input("qqqqqqqq", x.data()); }),
            "plan: the graph has no input 'qqqqqqqq'");
}

TEST_P(Plans, InputsThatTheOutputsDoNotNeedAreIgnored) {
  Plan plan(graph, {pixels * 2.0}, nullptr, options(1));
  const Floats x = {1, 2};
  plan.bind_input("pixels", x.data());
  plan.bind_input("offsets", nullptr);
  plan.run();
  EXPECT_EQ(plan.output(0)[1], 4);
}

TEST_P(Plans, InputsAndParametersMayChangeBetweenRuns) {
  const Value w = graph.parameter("w", Shape{2, 2}, {});
  FlatBuffer weights(16);
  std::copy_n(Floats{1, 0, 0, 1}.begin(), 4, weights.data());
  Plan plan(graph, {matmul(pixels, w)}, weights.data(), options(1));
  Floats x = {3, 4};
  plan.bind_input("pixels", x.data());
  plan.run();
  EXPECT_EQ(plan.output(0)[0], 3);
  x[0] = 5;
  weights.data()[0] = 2;
  plan.run();
  EXPECT_EQ(plan.output(0)[0], 10);
  const Floats other = {7, 8};
  plan.bind_input("pixels", other.data());
  plan.run();
  EXPECT_EQ(plan.output(0)[0], 14);
}

TEST_P(Plans, OutputsGoToTheirTargets) {
  const Value doubled = pixels * 2.0, parameter = graph.parameter("w", Shape{2}, {});
  FlatBuffer weights(16);
  weights.data()[1] = 9;
  Floats first(4), second(4), leaf(2), input(4), constant(2), view(4);
  Plan plan(graph,
            {{doubled, first.data()},
             {doubled, second.data()},
             {parameter, leaf.data()},
             {pixels, input.data()},
             {graph.constant({1.0, 2.0}, Shape{2}), constant.data()},
             {reshape(doubled, Shape{Dim(2, true)}), view.data()},
             tanh(doubled)},
            weights.data(), options(2));
  const Floats x = {1, 2, 3, 4};
  plan.bind_input("pixels", x.data());
  plan.run();
  EXPECT_EQ(first, (Floats{2, 4, 6, 8}));
  EXPECT_EQ(second, first);
  EXPECT_EQ(view, first);
  EXPECT_EQ(leaf, (Floats{0, 9}));
  EXPECT_EQ(input, x);
  EXPECT_EQ(constant, (Floats{1, 2}));
  EXPECT_NEAR(plan.output(6)[0], std::tanh(2.0), 1e-6);
}

TEST_P(Plans, IntegerInputsAreReadAsNumbers) {
  const Value bytes = graph.input("bytes", Shape{3, 2}, DType::u8);
  const Value rows = graph.input("rows", Shape{kBatch}, DType::i32);
  Plan plan(graph, {gather(bytes, rows) * 0.5, rows * 2.0}, nullptr, options(2));
  const std::uint8_t pixels[] = {0, 255, 3, 4, 5, 6};
  const std::int32_t indices[] = {2, 0};
  plan.bind_input("bytes", pixels);
  plan.bind_input("rows", indices);
  plan.run();
  EXPECT_EQ(Floats(plan.output(0).begin(), plan.output(0).end()), (Floats{2.5, 3, 0, 127.5}));
  EXPECT_EQ(Floats(plan.output(1).begin(), plan.output(1).end()), (Floats{4, 0}));
}

INSTANTIATE_TEST_SUITE_P(All, Plans, ::testing::Values(DeviceKind::cpu, DeviceKind::reference),
                         [](const auto& info) {
                           return info.param == DeviceKind::cpu ? "cpu" : "reference";
                         });

TEST(PlanSummary, ListsItsKernelsAndMemory) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8}), w = graph.parameter("w", Shape{8, 4}, {});
  FlatBuffer weights(32);
  Plan plan(graph, {tanh(matmul(x, w))}, weights.data(), {.batch_size = 16});
  const Floats values(128, 1);
  plan.bind_input("x", values.data());
  plan.set_profiling(true);
  plan.run();
  plan.run();
  const PlanSummary summary = plan.summary();
  // Rows of four are no whole vectors: the weights are laid out in panels first.
  ASSERT_EQ(summary.kernels.size(), 3U);
  EXPECT_EQ(summary.kernels[0].name, "copy");
  EXPECT_EQ(summary.kernels[1].name, "matmul");
  EXPECT_EQ(summary.kernels[1].flops, 2 * 16 * 8 * 4);
  EXPECT_EQ(summary.kernels[1].runs, 2);
  EXPECT_LE(summary.kernels[1].fastest_seconds * 2, summary.kernels[1].seconds);
  EXPECT_EQ(summary.parameter_bytes, 32 * 4);
  EXPECT_GE(summary.arena_bytes, 16 * 4 * 4);
}

}  // namespace
}  // namespace elbo
