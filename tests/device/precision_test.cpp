// Plans in bfloat16: rounding itself, every operation case against the reference, and what may not
// change. On a machine without the instructions the emulation is what runs.
#include "elbo/device/precision.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "elbo/base/philox.h"
#include "elbo/device/cpu/tile_ops.h"
#include "elbo/device/reference/reference_executor.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"
#include "tests/device/run_plan.h"
#include "tests/graph/op_cases.h"

namespace elbo {
namespace {

Precision bf16_here() {
  return has_bf16_instructions() ? Precision::bf16 : Precision::bf16_emulated;
}

/// The nearest of the two neighbours with 8 bits of mantissa, by arithmetic on doubles.
double nearest_bf16(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const int exponent = std::max(std::ilogb(x), -126);
  const double step = std::ldexp(1.0, exponent - 7);
  return std::nearbyint(x / step) * step;  // ties to even
}

std::vector<float> rounding_samples() {
  std::vector<float> samples = {0.0f,      -0.0f,  1.0f, -1.0f,  1.00390625f, 1.01171875f, 0.1f,
                                -3.14159f, 1e-30f, 6e4f, 255.0f, 257.0f,      2e-38f};
  for (int i = 0; i < 1000; ++i) samples.push_back(std::sin(static_cast<float>(i) * 0.7f) * 9);
  return samples;
}

TEST(Precision, RoundsToTheNearestBf16) {
  const std::vector<float> samples = rounding_samples();
  for (const std::size_t count : {std::size_t{1}, std::size_t{7}, samples.size()}) {
    std::vector<float> rounded(count);
    std::vector<std::uint16_t> narrow(count + 1, 0xabcd);
    cpu::tile_functions().round_to_bf16(samples.data(), rounded.data(), count);
    cpu::tile_functions().to_bf16(samples.data(), narrow.data(), count);
    EXPECT_EQ(narrow[count], 0xabcd) << "wrote past the end";
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(static_cast<double>(rounded[i]), nearest_bf16(static_cast<double>(samples[i])));
      EXPECT_EQ(std::uint32_t{narrow[i]} << 16, std::bit_cast<std::uint32_t>(rounded[i]));
    }
  }
}

TEST(Precision, KeepsWhatIsNoNumber) {
  const float infinity = std::numeric_limits<float>::infinity();
  // The last NaN's fraction is all in the bits that rounding drops.
  const std::vector<float> special = {infinity, -infinity, std::nanf(""),
                                      std::bit_cast<float>(0x7f800001u), 3.4e38f};
  std::vector<float> rounded(special.size());
  cpu::tile_functions().round_to_bf16(special.data(), rounded.data(), special.size());
  EXPECT_EQ(rounded[0], infinity);
  EXPECT_EQ(rounded[1], -infinity);
  EXPECT_TRUE(std::isnan(rounded[2]));
  EXPECT_TRUE(std::isnan(rounded[3]));
  EXPECT_EQ(rounded[4], infinity);
}

TEST(Precision, EveryCaseAgreesWithTheReference) {
  for (const testing::OpCase& op_case : testing::op_cases()) {
    Graph graph;
    const testing::BuiltCase built = testing::build(graph, op_case);
    for (const std::int64_t batch_size : {1, 33}) {
      const auto elements = testing::random_operands(op_case, batch_size, 7);
      std::vector<std::pair<NodeId, std::vector<double>>> leaves;
      for (std::size_t i = 0; i < elements.size(); ++i) {
        leaves.emplace_back(built.operands[i].id(), elements[i]);
      }
      const auto expected = evaluate_in_double(graph, {built.result}, batch_size, leaves, {})[0];
      const testing::OperandMemory memory(graph, built, elements);
      Plan plan(graph, {built.result}, memory.parameters(),
                {.batch_size = batch_size, .threads = 2, .precision = bf16_here()});
      memory.bind(plan);
      plan.run();
      // Each factor is off by up to 2^-9 of itself; only what multiplies feels it.
      bool multiplies = false;
      for (const NodeId id : reachable_nodes(graph, {built.result})) {
        multiplies |= is_contraction(graph.node(id).op);
      }
      const double tolerance = multiplies ? 0.02 : op_case.tolerance;
      double scale = 1e-3;
      for (const double value : expected) scale = std::max(scale, std::abs(value));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(plan.output(0)[i], expected[i], tolerance * scale)
            << op_case.name << ", batch " << batch_size << ", element " << i;
      }
    }
  }
}

TEST(Precision, GradientsThroughReluAgreeWithTheReference) {
  // What a slope is multiplied with, and what it is taken at, may be stored in bfloat16.
  for (const std::int64_t width : {34, 96}) {
    Graph graph;
    const std::vector<Value> operands = {
        graph.input("x", Shape{kBatch, 50}), graph.input("u", Shape{50, width}),
        graph.input("v", Shape{width, width}), graph.input("w", Shape{width, 6})};
    Value h = operands[0];
    for (std::size_t layer : {1, 2}) h = relu(matmul(h, operands[layer]));
    const Value loss = mean_over_batch(sum(square(matmul(h, operands[3])), {1}));
    const std::vector<Value> slopes = gradients(loss, operands);
    for (const std::int64_t batch_size : {3, 70}) {
      testing::Inputs inputs;
      std::vector<std::pair<NodeId, std::vector<double>>> leaves;
      for (std::size_t i = 0; i < operands.size(); ++i) {
        RandomSequence random(i);
        std::vector<float> elements(
            static_cast<std::size_t>(operands[i].shape().count(batch_size)));
        for (float& element : elements) element = static_cast<float>(random.next_normal() / 4);
        leaves.emplace_back(operands[i].id(),
                            std::vector<double>(elements.begin(), elements.end()));
        inputs[graph.node(operands[i].id()).get<InputAttributes>().name] = elements;
      }
      const auto expected = evaluate_in_double(graph, slopes, batch_size, leaves, {});
      const auto found = testing::run_plan(graph, slopes, inputs,
                                           {.batch_size = batch_size, .precision = bf16_here()});
      for (std::size_t i = 0; i < slopes.size(); ++i) {
        double difference = 0, size = 0;
        for (std::size_t k = 0; k < expected[i].size(); ++k) {
          difference += std::pow(static_cast<double>(found[i][k]) - expected[i][k], 2);
          size += std::pow(expected[i][k], 2);
        }
        // Units near zero may get the other slope.
        EXPECT_LT(std::sqrt(difference / size), 0.06) << "width " << width << ", operand " << i;
      }
    }
  }
}

TEST(Precision, AProductOfRoundedNumbersIsExact) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 50}), w = graph.input("w", Shape{50, 9});
  const Value y = matmul(x, w);
  std::vector<float> a = rounding_samples(), b = a;
  a.resize(4 * 50);
  b.resize(50 * 9);
  for (float& element : a) element = static_cast<float>(nearest_bf16(std::fmod(element, 4.0f)));
  for (float& element : b) element = static_cast<float>(nearest_bf16(std::fmod(element, 4.0f)));
  const testing::Inputs inputs = {{"x", a}, {"w", b}};
  const auto wide = testing::run_plan(graph, {y}, inputs, {.batch_size = 4})[0];
  const auto narrow =
      testing::run_plan(graph, {y}, inputs, {.batch_size = 4, .precision = bf16_here()})[0];
  for (std::size_t i = 0; i < wide.size(); ++i) EXPECT_NEAR(narrow[i], wide[i], 1e-4);
}

int roundings_in(const Plan& plan, const std::string& shape) {
  int count = 0;
  for (const KernelSummary& kernel : plan.summary().kernels) {
    count += kernel.name == "to_bf16" && kernel.detail == shape;
  }
  return count;
}

TEST(Precision, WhatOnlyProductsReadIsStoredInBf16) {
  if (!has_bf16_instructions()) GTEST_SKIP() << "there are no instructions for it";
  for (const bool is_wanted : {false, true}) {
    Graph graph;
    const Value x = graph.input("x", Shape{kBatch, 50}), w = graph.input("w", Shape{50, 9});
    const Value y = tanh(x);
    std::vector<PlanOutput> outputs{matmul(y, w)};
    if (is_wanted) outputs.emplace_back(y);
    const Plan plan(graph, outputs, nullptr, {.batch_size = 4, .precision = Precision::bf16});
    EXPECT_EQ(roundings_in(plan, "(4, 50)"), is_wanted ? 1 : 0);
  }
}

/// A loss, and its gradients by x and all weights, of layers whose values go to products only.
std::vector<Value> layers_of(Graph& graph, bool convolve) {
  const auto weights = [&](const char* name, const Shape& shape) {
    return graph.input(name, shape);
  };
  Value x, y;
  std::vector<Value> leaves;
  if (convolve) {
    constexpr Conv2dAttributes kHalving{.stride = 2, .padding_begin = 1, .padding_end = 1};
    leaves = {graph.input("x", Shape{kBatch, 9, 7, 6}), weights("w", Shape{3, 3, 6, 10}),
              weights("v", Shape{3, 3, 4, 10}), weights("u", Shape{3, 3, 4, 2})};
    const Value a = relu(conv2d(tanh(leaves[0]), leaves[1], kHalving));
    const Value b = relu(conv2d_input_gradient(tanh(a), leaves[2], 9, 7, kHalving));
    y = conv2d(tanh(b), leaves[3], kHalving);
  } else {
    leaves = {graph.input("x", Shape{kBatch, 50}), weights("w", Shape{50, 70}),
              weights("v", Shape{70, 34})};
    y = tanh(matmul(relu(matmul(tanh(leaves[0]), leaves[1])), leaves[2]));
  }
  std::vector<int> axes;
  for (int axis = 1; axis < y.node().shape.rank(); ++axis) axes.push_back(axis);
  const Value loss = mean_over_batch(sum(y * y, axes));
  std::vector<Value> outputs{loss};
  for (const Value slope : gradients(loss, leaves)) outputs.push_back(slope);
  return outputs;
}

/// What they are for random inputs, small ones for weights.
std::vector<testing::Floats> results_of(const Graph& graph, const std::vector<Value>& outputs,
                                        std::int64_t batch_size, Precision precision) {
  RandomSequence random(5);
  testing::Inputs inputs;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != Op::input) continue;
    const Shape& shape = graph.node(id).shape;
    testing::Floats numbers(static_cast<std::size_t>(shape.count(batch_size)));
    const double scale = shape.has_batch() ? 1 : 0.2;
    for (float& number : numbers) number = static_cast<float>(scale * random.next_normal());
    inputs.emplace(graph.node(id).get<InputAttributes>().name, std::move(numbers));
  }
  return testing::run_plan(graph, outputs, inputs,
                           {.batch_size = batch_size, .threads = 2, .precision = precision});
}

TEST(Precision, LayersOfNarrowValuesAreRightWithinRounding) {
  for (const bool convolve : {false, true}) {
    for (const std::int64_t batch_size : {2, 33, 64}) {
      Graph graph;
      const std::vector<Value> outputs = layers_of(graph, convolve);
      const auto narrow = results_of(graph, outputs, batch_size, bf16_here());
      const auto wide = results_of(graph, outputs, batch_size, Precision::fp32);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        double difference = 0, size = 0;
        for (std::size_t j = 0; j < wide[i].size(); ++j) {
          difference += std::pow(static_cast<double>(narrow[i][j] - wide[i][j]), 2);
          size += std::pow(static_cast<double>(wide[i][j]), 2);
        }
        // Roundings of 2^-9, one after the other, and relus that end on the other side. What is
        // laid out wrongly is wrong by as much as it is large.
        EXPECT_LT(std::sqrt(difference), 0.1 * std::sqrt(size))
            << (convolve ? "convolutions, " : "") << "batch " << batch_size << ", output " << i;
      }
    }
  }
}

TEST(Precision, AValueIsRoundedOnceForAllItsProducts) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 50}), w = graph.input("w", Shape{50, 50});
  const Value y = matmul(matmul(x, w), w);
  const Plan plan(graph, {y}, nullptr, {.batch_size = 4, .precision = Precision::bf16_emulated});
  int roundings = 0;
  for (const KernelSummary& kernel : plan.summary().kernels) roundings += kernel.name == "to_bf16";
  EXPECT_EQ(roundings, 3);  // x, w and the first product
}

TEST(Precision, FallsBackWhereTheMachineHasNoInstructions) {
  const Precision usable = usable_precision(Precision::bf16);
  EXPECT_EQ(usable, has_bf16_instructions() ? Precision::bf16 : Precision::fp32);
  EXPECT_EQ(usable_precision(Precision::fp32), Precision::fp32);
  EXPECT_EQ(usable_precision(Precision::bf16_emulated), Precision::bf16_emulated);
  for (const std::string& name : precision_names()) {
    EXPECT_EQ(name_of(precision_from_name(name)), name);
  }
}

}  // namespace
}  // namespace elbo
