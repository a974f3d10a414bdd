// gradients() as a transformation: where gradients flow, add up, stop, and are zero. Each single
// operation's gradient is in ops_test.cpp.
#include "elbo/graph/gradients.h"

#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"
#include "elbo/device/reference/reference_executor.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

using Elements = std::vector<double>;

class Gradients : public ::testing::Test {
 protected:
  Graph graph;
  const Value x = graph.parameter("x", Shape{3}, {});

  Elements d_at(Value scalar, Value with_respect_to, const Elements& values) {
    const Value d = gradients(scalar, {with_respect_to})[0];
    return evaluate_in_double(graph, {d}, 2, {{x.id(), values}}, {})[0];
  }
};

TEST_F(Gradients, OfTheScalarItselfIsOne) {
  const Value scalar = sum(x);
  EXPECT_EQ(gradients(scalar, {scalar})[0], graph.constant(1));
}

TEST_F(Gradients, AreZeroForWhatTheScalarDoesNotDependOn) {
  const Value independent = graph.parameter("independent", Shape{2, 5}, {});
  const Value scalar = sum(square(x));
  const Value later = graph.parameter("later", Shape{4}, {});
  const auto d = gradients(scalar, {independent, x, later});
  ASSERT_EQ(d.size(), 3U);
  EXPECT_EQ(d[0].shape(), independent.shape());
  EXPECT_EQ(d[2].shape(), later.shape());
  const auto values = evaluate_in_double(graph, d, 1, {{x.id(), {1, 2, 3}}}, {});
  EXPECT_EQ(values[0], Elements(10, 0.0));
  EXPECT_EQ(values[1], (Elements{2, 4, 6}));
  EXPECT_EQ(values[2], Elements(4, 0.0));
}

TEST_F(Gradients, OfSharedSubexpressionsAddUp) {
  // d/dx (x^2 + x x + x) = 4x + 1, once all three are the same nodes.
  EXPECT_EQ(d_at(sum(square(x) + x * x + x), x, {1, -2, 0.5}), (Elements{5, -7, 3}));
  const Value t = tanh(x);
  const Elements found = d_at(sum(t * t + exp(t)), x, {0.3, -1, 2});
  for (std::size_t i = 0; i < 3; ++i) {
    const double at = Elements{0.3, -1, 2}[i], value = std::tanh(at);
    EXPECT_NEAR(found[i], (2 * value + std::exp(value)) * (1 - value * value), 1e-12);
  }
}

TEST_F(Gradients, StopAtStopGradient) {
  EXPECT_EQ(d_at(sum(stop_gradient(x) * x), x, {1, 2, 3}), (Elements{1, 2, 3}));
  EXPECT_EQ(d_at(sum(stop_gradient(square(x))), x, {1, 2, 3}), (Elements{0, 0, 0}));
}

TEST_F(Gradients, WithRespectToAnInnerValue) {
  const Value inner = square(x);
  EXPECT_EQ(d_at(sum(inner * inner), inner, {1, 2, 3}), (Elements{2, 8, 18}));
}

TEST_F(Gradients, OfABroadcastSumOverItsCopies) {
  const Value table = broadcast_to(reshape(x, Shape{1, 3}), Shape{kBatch, 3});
  EXPECT_EQ(d_at(sum(table), x, {1, 2, 3}), (Elements{2, 2, 2}));  // two examples
}

TEST_F(Gradients, OfGradients) {
  const Value first = gradients(sum(x * x * x), {x})[0];
  EXPECT_EQ(d_at(sum(first), x, {1, 2, -3}), (Elements{6, 12, -18}));
}

TEST_F(Gradients, FlowToTheChosenSideOfASelect) {
  const Value chosen = select(less(x, graph.constant(0)), x * 2.0, x * 5.0);
  EXPECT_EQ(d_at(sum(chosen), x, {-1, 1, 2}), (Elements{2, 5, 5}));
}

TEST_F(Gradients, OfAClampAreZeroOutside) {
  EXPECT_EQ(d_at(sum(clamp(x, -1, 1) * 3.0), x, {-2, 0.5, 4}), (Elements{0, 3, 0}));
}

TEST_F(Gradients, NeedAScalar) {
  EXPECT_THROW(gradients(x, {x}), ShapeError);
}

}  // namespace
}  // namespace elbo
