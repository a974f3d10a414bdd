// What the cpu device does with numbers at and beyond the ends of the line: a NaN is never lost,
// and infinities come out where mathematics has them.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "elbo/graph/ops.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::run_plan;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

class SpecialValues : public ::testing::TestWithParam<DeviceKind> {
 protected:
  /// build(x) for each number, once in a whole vector and once in what is left over.
  void expect(const char* what, Value (*build)(Value), const Floats& x, const Floats& expected) {
    Graph graph;
    const Value result = build(graph.input("x", Shape{kBatch}));
    for (const std::size_t padding : {0, 61}) {
      Floats padded(padding, 0.5f);
      padded.insert(padded.end(), x.begin(), x.end());
      const auto count = static_cast<std::int64_t>(padded.size());
      const Floats found = run_plan(graph, {result}, {{"x", padded}}, {count, GetParam()})[0];
      for (std::size_t i = 0; i < x.size(); ++i) {
        const float value = found[padding + i];
        if (std::isnan(expected[i])) {
          EXPECT_TRUE(std::isnan(value)) << what << "(" << x[i] << ") = " << value;
        } else {
          EXPECT_FLOAT_EQ(value, expected[i]) << what << "(" << x[i] << ")";
        }
      }
    }
  }
};

TEST_P(SpecialValues, ExpOverflowsToInfinityAndUnderflowsToZero) {
  expect("exp", exp, {88, 89, 1e4f, kLargest, kInfinity, -200, -kInfinity, 0, kNan},
         {std::exp(88.0f), kInfinity, kInfinity, kInfinity, kInfinity, 0, 0, 1, kNan});
}

TEST_P(SpecialValues, ConstantsThatAreNoNumber) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch}), nan = graph.constant(kNan);
  const Value least = minimum(x * 3.0, graph.constant(kInfinity)) + 2.0;
  const Value both = select(less(x, graph.constant(0.0)), x + nan, least);
  const Floats found =
      run_plan(graph, {both}, {{"x", {-1, 1, 2}}}, {.batch_size = 3, .device = GetParam()})[0];
  EXPECT_TRUE(std::isnan(found[0]));
  EXPECT_EQ(found[1], 5);
  EXPECT_EQ(found[2], 8);
}

TEST_P(SpecialValues, LogOfZeroAndBelow) {
  expect("log", log, {0, -0.0f, -1, -kInfinity, kInfinity, 1, 1.2e-38f, kNan},
         {-kInfinity, -kInfinity, kNan, kNan, kInfinity, 0, std::log(1.2e-38f), kNan});
}

TEST_P(SpecialValues, SqrtOfNegatives) {
  expect("sqrt", sqrt, {-1, 0, 4, kInfinity, kNan}, {kNan, 0, 2, kInfinity, kNan});
}

TEST_P(SpecialValues, SaturatingFunctionsSaturate) {
  expect("tanh", tanh, {50, -50, kInfinity, -kInfinity, kNan}, {1, -1, 1, -1, kNan});
  expect("sigmoid", sigmoid, {200, -200, kInfinity, -kInfinity, kNan}, {1, 0, 1, 0, kNan});
  expect("softplus", softplus, {200, -200, kInfinity, -kInfinity, kNan},
         {200, 0, kInfinity, 0, kNan});
  expect("relu", relu, {-kInfinity, kInfinity, kNan}, {0, kInfinity, kNan});
  expect("absolute", absolute, {-kInfinity, kNan}, {kInfinity, kNan});
}

TEST_P(SpecialValues, WhatIsMultipliedWithASlope) {
  expect("x * (0 < x)", [](Value x) { return x * less(x.graph().constant(0), x); },
         {-2, 0, 3, kInfinity, -kInfinity, kNan}, {0, 0, 3, kInfinity, kNan, kNan});
}

TEST_P(SpecialValues, DivisionByZero) {
  expect("1 / x", [](Value x) { return 1.0 / x; }, {0, kInfinity, kNan}, {kInfinity, 0, kNan});
  expect("x / 0", [](Value x) { return x / (x - x); }, {0, 1}, {kNan, kInfinity});
}

TEST_P(SpecialValues, ANanInEitherOperandStays) {
  Graph graph;
  const Value a = graph.input("a", Shape{kBatch}), b = graph.input("b", Shape{kBatch});
  const std::vector<std::pair<const char*, Value>> results = {
      {"add", a + b},
      {"subtract", a - b},
      {"multiply", a * b},
      {"divide", a / b},
      {"maximum", maximum(a, b)},
      {"minimum", minimum(a, b)},
      {"negate", -(a + b)},
      {"clamp", clamp(a + b, 0, 1)},
      {"select", select(graph.constant({1.0}, Shape{kBatch}), a + b, b)},
      {"broadcast", broadcast_to(reshape(a + b, Shape{kBatch, 1}), Shape{kBatch, 1}) * 2.0},
  };
  std::vector<Value> outputs;
  for (const auto& [name, value] : results) outputs.push_back(value);
  const auto found =
      run_plan(graph, outputs, {{"a", {kNan, 1, kNan}}, {"b", {1, kNan, kNan}}}, {3, GetParam()});
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (std::size_t n = 0; n < 3; ++n) {
      EXPECT_TRUE(std::isnan(found[i][n])) << results[i].first << ", " << n;
    }
  }
}

TEST_P(SpecialValues, ComparisonsWithNanAreFalse) {
  expect("less", [](Value x) { return less(x, x + 1.0); }, {kNan, 1}, {0, 1});
  expect("equal", [](Value x) { return equal(x, relu(x)); }, {kNan, 0}, {0, 1});
}

TEST_P(SpecialValues, ReductionsKeepANanWhereverItIs) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 100});
  const std::vector<Value> outputs{sum(x, {1}), max(x, {1}), log_sum_exp(x, {1}), sum(x, {0}),
                                   max(x, {0})};
  for (const std::size_t place : {0, 1, 50, 99}) {
    Floats values(300, 1);
    values[100 + place] = kNan;  // in the second of three examples
    const auto found = run_plan(graph, outputs, {{"x", values}}, {3, GetParam()});
    for (const std::size_t output : {0, 1, 2}) {
      EXPECT_FALSE(std::isnan(found[output][0]));
      EXPECT_TRUE(std::isnan(found[output][1])) << "output " << output << ", place " << place;
      EXPECT_FALSE(std::isnan(found[output][2]));
    }
    for (const std::size_t output : {3, 4}) {
      EXPECT_TRUE(std::isnan(found[output][place])) << "output " << output << ", place " << place;
      EXPECT_FALSE(std::isnan(found[output][(place + 1) % 100]));
    }
  }
}

TEST_P(SpecialValues, ProductsKeepANan) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 3});
  const Value w = graph.parameter("w", Shape{3, 2}, {}), b = graph.parameter("b", Shape{2}, {});
  Floats parameters(32, 0.5f);
  const auto found = run_plan(graph, {matmul(x, w) + b}, {{"x", {1, 2, 3, 1, kNan, 3}}},
                              {2, GetParam()}, {}, parameters.data());
  EXPECT_EQ(found[0][0], 3.5f);
  EXPECT_TRUE(std::isnan(found[0][2]) && std::isnan(found[0][3]));
}

TEST_P(SpecialValues, LogSumExpDoesNotOverflow) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 2});
  const Floats found = run_plan(graph, {log_sum_exp(x, {1})}, {{"x", {1e4f, 1e4f, -1e4f, -1e4f}}},
                                {2, GetParam()})[0];
  EXPECT_FLOAT_EQ(found[0], 1e4f + std::log(2.0f));
  EXPECT_FLOAT_EQ(found[1], -1e4f + std::log(2.0f));
}

INSTANTIATE_TEST_SUITE_P(All, SpecialValues,
                         ::testing::Values(DeviceKind::cpu, DeviceKind::reference),
                         [](const auto& info) {
                           return info.param == DeviceKind::cpu ? "cpu" : "reference";
                         });

}  // namespace
}  // namespace elbo
