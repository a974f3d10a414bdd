// The algebra on the way into the graph: what is not appended, what is stored once, and that
// neither changes a value or a shape.
#include "elbo/graph/simplify.h"

#include <gtest/gtest.h>

#include "elbo/device/reference/reference_executor.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

double constant_of(Value value) {
  const auto& constant = value.node().get<ConstantAttributes>();
  EXPECT_EQ(constant.values.size(), 1U);
  return constant.values.front();
}

class Simplify : public ::testing::Test {
 protected:
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 3});
  const Value y = graph.input("y", Shape{kBatch, 3});
};

TEST_F(Simplify, NeutralElementsDisappear) {
  EXPECT_EQ(x + 0.0, x);
  EXPECT_EQ(0.0 + x, x);
  EXPECT_EQ(x - 0.0, x);
  EXPECT_EQ(x * 1.0, x);
  EXPECT_EQ(1.0 * x, x);
  EXPECT_EQ(x / 1.0, x);
  EXPECT_EQ(-(-x), x);
  EXPECT_EQ(x / graph.constant({1.0}, Shape{3}), x);
}

TEST_F(Simplify, TimesMinusOneAndFromZeroAreNegation) {
  EXPECT_EQ(x * -1.0, -x);
  EXPECT_EQ(0.0 - x, -x);
}

TEST_F(Simplify, TimesZeroIsZeroOfTheSameShape) {
  const Value zero = x * 0.0;
  EXPECT_EQ(zero.node().op, Op::constant);
  EXPECT_EQ(zero.shape(), x.shape());
  EXPECT_EQ(constant_of(zero), 0);
}

TEST_F(Simplify, NeutralElementsKeepTheShapeOfTheResult) {
  const Value row = graph.input("row", Shape{3});
  const Value zeros = graph.constant({0.0}, Shape{kBatch, 3});
  EXPECT_EQ((row + zeros).shape(), (Shape{kBatch, 3}));
  const auto values = evaluate_in_double(graph, {row + zeros}, 2, {{row.id(), {1, 2, 3}}}, {});
  EXPECT_EQ(values[0], (std::vector<double>{1, 2, 3, 1, 2, 3}));
}

TEST_F(Simplify, ConstantsFold) {
  const Value two = graph.constant(2), three = graph.constant(3);
  EXPECT_EQ(constant_of(two + three), 5);
  EXPECT_EQ(constant_of(two - three), -1);
  EXPECT_EQ(constant_of(two * three), 6);
  EXPECT_DOUBLE_EQ(constant_of(two / three), 2.0 / 3);
  EXPECT_EQ(constant_of(-two), -2);
  EXPECT_EQ(constant_of(sum(graph.constant({2.0}, Shape{3, 4}))), 24);
  EXPECT_EQ(constant_of(max(graph.constant({2.0}, Shape{3, 4}), {0})), 2);
  EXPECT_EQ(constant_of(broadcast_to(two, Shape{kBatch, 3})), 2);
}

TEST_F(Simplify, PowersOfTheBatchSizeFold) {
  EXPECT_EQ(graph.batch_size(-1) * graph.batch_size(), graph.constant(1));
  const Value count = sum(graph.constant({2.0}, Shape{kBatch, 3}));
  EXPECT_EQ(count, graph.batch_size() * 6.0);
  EXPECT_EQ(evaluate_in_double(graph, {count}, 7, {}, {})[0], (std::vector<double>{42}));
  // 1 + N is no multiple of a power of N: it stays a sum.
  const Value mixed = graph.constant(1) + graph.batch_size();
  EXPECT_EQ(evaluate_in_double(graph, {mixed}, 7, {}, {})[0], (std::vector<double>{8}));
}

TEST_F(Simplify, ScalarFactorsMerge) {
  EXPECT_EQ(x * 2.0 * 3.0, x * 6.0);
  EXPECT_EQ(2.0 * (x * 0.5), x);
}

TEST_F(Simplify, EqualNodesAreStoredOnce) {
  const Value first = tanh(x + y) * 2.0;
  const NodeId size = graph.size();
  const Value second = 2.0 * tanh(x + y);
  EXPECT_EQ(first, second);
  EXPECT_EQ(graph.size(), size);
}

TEST_F(Simplify, NodesThatDifferStayApart) {
  const Value square = graph.input("square", Shape{3, 3});
  EXPECT_NE(sum(square, {0}), sum(square, {1}));
  EXPECT_NE(max(square, {0}), sum(square, {0}));
  EXPECT_NE(matmul(square, square, true), matmul(square, square));
  EXPECT_NE(slice(square, 1, 0, 1), slice(square, 1, 1, 2));
  EXPECT_NE(x - y, y - x);
  EXPECT_NE(graph.constant({1.0, 2.0}, Shape{2}), graph.constant({1.0, 3.0}, Shape{2}));
}

TEST_F(Simplify, RandomNodesAreEachTheirOwn) {
  EXPECT_NE(graph.random_normal(Shape{kBatch, 3}), graph.random_normal(Shape{kBatch, 3}));
  EXPECT_NE(graph.random_uniform(Shape{3}), graph.random_uniform(Shape{3}));
}

TEST_F(Simplify, ReshapesCollapse) {
  const Value flat = reshape(x, Shape{Dim(3, true)});
  EXPECT_EQ(reshape(flat, x.shape()), x);
  EXPECT_EQ(reshape(reshape(x, Shape{kBatch, 3, 1}), Shape{Dim(3, true)}), flat);
  EXPECT_EQ(reshape(x, x.shape()), x);
  EXPECT_EQ(transpose(x, {0, 1}), x);
  EXPECT_EQ(slice(x, 1, 0, 3), x);
  EXPECT_EQ(sum(reshape(x, Shape{kBatch, 3, 1}), {2}), x);
}

TEST_F(Simplify, ProductsReadTransposedOperands) {
  const Value w = graph.input("w", Shape{5, 3});
  const Value product = matmul(x, transpose(w, {1, 0}));
  EXPECT_EQ(product, matmul(x, w, false, true));
  EXPECT_EQ(matmul(transpose(x, {1, 0}), transpose(w, {1, 0}), true, false), product);
}

TEST_F(Simplify, BroadcastsThatTheConsumerDoesItselfAreDropped) {
  const Value row = graph.input("row", Shape{1, 3});
  EXPECT_EQ(x + broadcast_to(row, Shape{kBatch, 3}), x + row);
  EXPECT_EQ(x * graph.constant({2.0}, Shape{kBatch, 3}), x * 2.0);
  // Here the broadcast decides the shape, so it stays.
  EXPECT_EQ((row + broadcast_to(row, Shape{kBatch, 3})).shape(), (Shape{kBatch, 3}));
}

}  // namespace
}  // namespace elbo
