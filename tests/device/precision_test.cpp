// Plans in bfloat16: rounding itself, every operation case against the reference, and what may not
// change. On a machine without the instructions the emulation is what runs.
#include "elbo/device/precision.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "elbo/device/cpu/tile_ops.h"
#include "elbo/device/reference/reference_executor.h"
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
                                -3.14159f, 1e-30f, 6e4f, 255.0f, 257.0f,      1e-40f};
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
