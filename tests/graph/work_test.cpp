#include "elbo/graph/work.h"

#include <gtest/gtest.h>

#include "elbo/graph/ops.h"

namespace elbo {
namespace {

TEST(ContractionFlops, OfProductsWhicheverIsTransposed) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 5});
  const Value w = graph.input("w", Shape{5, 7}), v = graph.input("v", Shape{3, 7});
  const Value y = matmul(x, w);
  EXPECT_NEAR(contraction_flops(graph, {y}, 11), 2 * 11 * 5 * 7, 1e-9);
  const Value z = matmul(relu(y), v, false, true);
  EXPECT_NEAR(contraction_flops(graph, {z}, 11), 2 * 11 * (5 * 7 + 7 * 3), 1e-9);
  EXPECT_NEAR(training_flops(graph, sum(z, {0, 1}), 11), 3 * 2 * 11 * (5 * 7 + 7 * 3), 1e-9);
}

TEST(ContractionFlops, OfAConvolutionAndItsGradientsAreTheSame) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8, 6, 4});
  const Value w = graph.input("w", Shape{3, 3, 4, 10});
  const Conv2dAttributes geometry{.padding_begin = 1, .padding_end = 1};
  const Value y = conv2d(x, w, geometry);
  const double expected = 2.0 * 11 * 8 * 6 * 10 * 3 * 3 * 4;
  EXPECT_NEAR(contraction_flops(graph, {y}, 11), expected, 1e-6);
  const Value dx = conv2d_input_gradient(y, w, 8, 6, geometry);
  EXPECT_NEAR(contraction_flops(graph, {dx}, 11), 2 * expected, 1e-6);
}

TEST(ContractionFlops, NothingElseCounts) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 5});
  EXPECT_EQ(contraction_flops(graph, {exp(x) + x}, 11), 0);
}

}  // namespace
}  // namespace elbo
