// The layout of parameters in one flat buffer, and their first values.
#include "elbo/graph/parameters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"

namespace elbo {
namespace {

const Initializer kNormal{Initializer::Kind::normal, 0.3};
const Initializer kUniform{Initializer::Kind::uniform, 0.5};

std::vector<float> first_values(const ParameterLayout& layout, std::uint64_t seed) {
  std::vector<float> buffer(static_cast<std::size_t>(layout.size()), 99);
  layout.initialize(buffer, seed);
  return buffer;
}

std::vector<float> values_of(const ParameterLayout& layout, const std::string& name,
                             std::uint64_t seed) {
  const std::vector<float> all = first_values(layout, seed);
  const ParameterSlot& slot = layout.slot_of(name);
  return {all.begin() + slot.offset, all.begin() + slot.offset + slot.count};
}

TEST(ParameterLayout, SlotsAreAlignedAndApartAndGapsAreZero) {
  Graph graph;
  graph.parameter("a", Shape{3, 7}, kNormal);
  graph.parameter("b", Shape{}, {Initializer::Kind::constant, 2.5});
  graph.parameter("c", Shape{16}, kUniform);
  graph.parameter("d", Shape{1, 33}, kUniform);
  const ParameterLayout layout(graph);
  ASSERT_EQ(layout.slots().size(), 4U);
  std::vector<bool> used(static_cast<std::size_t>(layout.size()), false);
  for (const ParameterSlot& slot : layout.slots()) {
    EXPECT_EQ(slot.offset % 16, 0) << slot.name;
    EXPECT_EQ(slot.count, element_count(slot.extents));
    for (std::int64_t i = slot.offset; i < slot.offset + slot.count; ++i) {
      ASSERT_FALSE(used.at(static_cast<std::size_t>(i))) << slot.name;
      used[static_cast<std::size_t>(i)] = true;
    }
  }
  EXPECT_EQ(layout.size() % 16, 0);
  EXPECT_EQ(layout.parameter_count(), 21 + 1 + 16 + 33);
  const std::vector<float> buffer = first_values(layout, 1);
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) {
      ASSERT_EQ(buffer[i], 0) << i;
    }
  }
  EXPECT_EQ(values_of(layout, "b", 1), (std::vector<float>{2.5f}));
}

TEST(ParameterLayout, FirstValuesDependOnNameAndSeedOnly) {
  Graph first, second;
  first.parameter("encoder.weight", Shape{5, 8}, kNormal);
  first.parameter("decoder.weight", Shape{8, 5}, kUniform);
  second.parameter("inserted", Shape{100}, kNormal);
  second.parameter("decoder.weight", Shape{8, 5}, kUniform);
  second.parameter("encoder.weight", Shape{5, 8}, kNormal);
  const ParameterLayout a(first), b(second);
  for (const char* name : {"encoder.weight", "decoder.weight"}) {
    EXPECT_EQ(values_of(a, name, 7), values_of(b, name, 7)) << name;
    EXPECT_NE(values_of(a, name, 7), values_of(a, name, 8)) << name;
  }
}

TEST(ParameterLayout, ParametersOfOneShapeGetDifferentValues) {
  Graph graph;
  graph.parameter("dense1.weight", Shape{40}, kNormal);
  graph.parameter("dense2.weight", Shape{40}, kNormal);
  const ParameterLayout layout(graph);
  const auto a = values_of(layout, "dense1.weight", 1), b = values_of(layout, "dense2.weight", 1);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NE(a[i], b[i]) << i;
}

TEST(ParameterLayout, FirstValuesFollowTheirDistribution) {
  Graph graph;
  constexpr std::int64_t kCount = 20000;
  graph.parameter("normal", Shape{kCount}, kNormal);
  graph.parameter("uniform", Shape{kCount}, kUniform);
  const ParameterLayout layout(graph);
  for (const auto& [name, variance, kurtosis] :
       {std::tuple{"normal", 0.09, 3.0}, std::tuple{"uniform", 0.25 / 3, 1.8}}) {
    double sum = 0, squares = 0, fourth = 0;
    for (const float value : values_of(layout, name, 3)) {
      sum += value;
      squares += std::pow(value, 2);
      fourth += std::pow(value, 4);
    }
    const double mean = sum / kCount, found = squares / kCount;
    EXPECT_NEAR(mean, 0, 5 * std::sqrt(variance / kCount)) << name;  // five standard errors
    EXPECT_NEAR(found, variance, 5 * variance * std::sqrt((kurtosis - 1) / kCount)) << name;
    EXPECT_NEAR(fourth / kCount / (found * found), kurtosis, 0.2) << name;
  }
  for (const float value : values_of(layout, "uniform", 3)) EXPECT_LE(std::abs(value), 0.5f);
}

TEST(Graph, AParameterIsOneByItsName) {
  Graph graph;
  const Value first = graph.parameter("w", Shape{2, 3}, kNormal);
  EXPECT_EQ(graph.parameter("w", Shape{2, 3}, kNormal), first);
  EXPECT_EQ(graph.parameters().size(), 1U);
  EXPECT_THROW(graph.parameter("w", Shape{3, 2}, kNormal), ShapeError);
  graph.input("x", Shape{kBatch});
  EXPECT_THROW(graph.input("x", Shape{kBatch, 1}), ShapeError);
}

}  // namespace
}  // namespace elbo
