// Fusion: what becomes one kernel, and that the kernels can run in their order for any graph.
#include "elbo/graph/fuse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "elbo/distributions/likelihood.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/ops.h"
#include "elbo/nn/layers.h"
#include "tests/graph/random_graphs.h"

namespace elbo {
namespace {

std::vector<GroupKind> kinds_of(const Fusion& fusion) {
  std::vector<GroupKind> kinds;
  for (const Group& group : fusion.groups) kinds.push_back(group.kind);
  return kinds;
}

/// Which group computes a value.
std::size_t group_of(const Fusion& fusion, Value value) {
  const NodeId root = fusion.root[static_cast<std::size_t>(value.id())];
  for (std::size_t i = 0; i < fusion.groups.size(); ++i) {
    const std::vector<NodeId>& nodes = fusion.groups[i].nodes;
    if (std::find(nodes.begin(), nodes.end(), root) != nodes.end()) return i;
  }
  ADD_FAILURE() << "no group computes " << describe(value.graph(), value.id());
  return fusion.groups.size();
}

/// Every needed node is in one group, after everything that it reads; what another group or the
/// caller reads is a result.
void expect_runnable(const Graph& graph, const Fusion& fusion, const std::vector<Value>& outputs) {
  std::map<NodeId, std::size_t> made_in;
  for (std::size_t i = 0; i < fusion.groups.size(); ++i) {
    for (const NodeId id : fusion.groups[i].nodes) {
      EXPECT_TRUE(made_in.emplace(id, i).second) << "twice: " << describe(graph, id);
    }
  }
  std::set<NodeId> read_from_memory;
  for (const Value& output : outputs) {
    read_from_memory.insert(fusion.root[static_cast<std::size_t>(output.id())]);
  }
  for (const NodeId id : reachable_nodes(graph, outputs)) {
    const bool is_alias = fusion.root[static_cast<std::size_t>(id)] != id;
    const Op op = graph.node(id).op;
    const bool needs_kernel =
        !is_alias && (!is_leaf(op) || op == Op::random_normal || op == Op::random_uniform);
    ASSERT_EQ(made_in.count(id), needs_kernel ? 1U : 0U) << describe(graph, id);
    if (!needs_kernel) continue;
    for (const NodeId operand : graph.node(id).inputs) {
      const NodeId root = fusion.root[static_cast<std::size_t>(operand)];
      if (!made_in.contains(root)) continue;
      ASSERT_LE(made_in[root], made_in[id]) << describe(graph, id) << " runs too early";
      if (made_in[root] != made_in[id]) read_from_memory.insert(root);
    }
  }
  for (const NodeId id : read_from_memory) {
    if (!made_in.contains(id)) continue;
    const std::vector<NodeId>& results = fusion.groups[made_in[id]].results;
    EXPECT_EQ(std::count(results.begin(), results.end(), id), 1) << describe(graph, id);
  }
}

TEST(Fuse, AChainIsOneGroup) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8});
  const Value row = graph.input("row", Shape{8});
  const Value y = tanh(x * row + 1.0) * sigmoid(x) - exp(-x);
  const Fusion fusion = fuse(graph, {y});
  ASSERT_EQ(kinds_of(fusion), (std::vector<GroupKind>{GroupKind::map}));
  EXPECT_EQ(fusion.groups[0].results, (std::vector<NodeId>{y.id()}));
  expect_runnable(graph, fusion, {y});
}

TEST(Fuse, AChainMayEndInASumOfItsRows) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8});
  const Value y = sum(tanh(x) * x, {1});
  EXPECT_EQ(kinds_of(fuse(graph, {y})), (std::vector<GroupKind>{GroupKind::map}));
}

TEST(Fuse, BiasAndReluRunInTheProduct) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8});
  const Value w = graph.parameter("w", Shape{8, 4}, {}), b = graph.parameter("b", Shape{4}, {});
  const Value y = relu(matmul(x, w) + b);
  const Fusion fusion = fuse(graph, {y});
  EXPECT_EQ(kinds_of(fusion), (std::vector<GroupKind>{GroupKind::contraction}));
  expect_runnable(graph, fusion, {y});
}

TEST(Fuse, TheLossAndTheGradientOfTheLogitsAreOneGroup) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 20});
  const Value logits = graph.input("logits", Shape{kBatch, 20});
  const Value log_prob = find_likelihood("bernoulli").make(logits, {})->log_prob(x);
  const Value loss = -mean_over_batch(log_prob);
  const Value d_logits = gradients(loss, {logits})[0];
  const Fusion fusion = fuse(graph, {loss, d_logits});
  EXPECT_EQ(group_of(fusion, log_prob), group_of(fusion, d_logits));
  expect_runnable(graph, fusion, {loss, d_logits});
}

TEST(Fuse, TheLossItsGradientAndThatOfTheBiasAreOneGroup) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 20}), h = graph.input("h", Shape{kBatch, 6});
  const Value w = graph.parameter("w", Shape{6, 20}, {}), b = graph.parameter("b", Shape{20}, {});
  const Value logits = matmul(h, w) + b;
  const Value log_prob = find_likelihood("bernoulli").make(logits, {})->log_prob(x);
  const auto d = gradients(-mean_over_batch(log_prob), {logits, w, b});
  const std::vector<Value> outputs{log_prob, d[1], d[2]};
  const Fusion fusion = fuse(graph, outputs);
  EXPECT_EQ(group_of(fusion, log_prob), group_of(fusion, d[0]));
  EXPECT_EQ(group_of(fusion, log_prob), group_of(fusion, d[2]));
  expect_runnable(graph, fusion, outputs);
}

TEST(Fuse, ADiamondThroughAProductIsNoCycle) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8}), w = graph.input("w", Shape{8, 8});
  const Value h = tanh(x);
  const Value y = exp(h) + matmul(h, w);
  const Fusion fusion = fuse(graph, {y});
  EXPECT_NE(group_of(fusion, h), group_of(fusion, y));
  expect_runnable(graph, fusion, {y});
}

TEST(Fuse, ASoftmaxIsOneGroup) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8});
  const Value e = exp(x - expand_dims(max(x, {1}), 1));
  const Value y = e / expand_dims(sum(e, {1}), 1);
  const Fusion fusion = fuse(graph, {y});
  ASSERT_EQ(kinds_of(fusion), (std::vector<GroupKind>{GroupKind::map}));
  EXPECT_EQ(fusion.groups[0].results, (std::vector<NodeId>{y.id()}));
  expect_runnable(graph, fusion, {y});
}

TEST(Fuse, ALayerNormalisationIsOneGroupForwardAndOneBack) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 32});
  const Value upstream = graph.input("upstream", Shape{kBatch, 32});
  const Value y = layer_norm("norm", x);
  const Value d_x = gradients(sum(y * upstream, {0, 1}), {x})[0];
  const Fusion forward = fuse(graph, {y});
  EXPECT_EQ(kinds_of(forward), (std::vector<GroupKind>{GroupKind::map}));
  const Fusion both = fuse(graph, {y, d_x});
  EXPECT_LE(kinds_of(both).size(), 2U);
  expect_runnable(graph, both, {y, d_x});
}

TEST(Fuse, ASumOfLongRowsThatTheyReadIsNoCycle) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, kLongestRow + 1});
  const Value e = exp(x);
  const Value y = e / expand_dims(sum(e, {1}), 1);
  const Fusion fusion = fuse(graph, {y});
  EXPECT_LT(group_of(fusion, e), group_of(fusion, y));
  expect_runnable(graph, fusion, {y});
}

TEST(Fuse, ASumOfRowsThatColumnsReadIsNoCycle) {
  Graph graph;
  const Value x = graph.input("x", Shape{8, 8});
  const Value e = exp(x);
  // The sum of row i divides column i.
  const Value y = e / sum(e, {1});
  const Fusion fusion = fuse(graph, {y});
  EXPECT_LT(group_of(fusion, e), group_of(fusion, y));
  expect_runnable(graph, fusion, {y});
}

TEST(Fuse, ASumOverTheBatchThatItsRowsReadIsNoCycle) {
  // Of the square, the columns' sums are as many as there are rows.
  for (const Shape& shape : {Shape{kBatch, 8}, Shape{8, 8}}) {
    Graph graph;
    const Value e = exp(graph.input("x", shape));
    const Value total = sum(e, {0});
    const Value y = e / total;
    const Value z = sum(e, {1}) - (shape.has_batch() ? sum(e) : total);
    const Fusion fusion = fuse(graph, {y, z});
    EXPECT_EQ(group_of(fusion, e), group_of(fusion, total));
    EXPECT_LT(group_of(fusion, total), group_of(fusion, y));
    EXPECT_LT(group_of(fusion, total), group_of(fusion, z));
    expect_runnable(graph, fusion, {y, z});
  }
}

TEST(Fuse, SumsOverTheBatchShareAPassOnlyWhereNoRowIsCut) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 4, 6});
  const Value e = exp(x);
  const Value rows = sum(e, {2});
  const Value columns = sum(e, {0}), channels = sum(e, {0, 1});
  const Fusion fusion = fuse(graph, {rows, columns, channels});
  EXPECT_EQ(group_of(fusion, rows), group_of(fusion, columns));
  EXPECT_NE(group_of(fusion, columns), group_of(fusion, channels));
  expect_runnable(graph, fusion, {rows, columns, channels});
  // A row of 24 is four rows of six.
  const Value images = sum(e, {1, 2});
  const Fusion of_images = fuse(graph, {images, channels});
  EXPECT_EQ(group_of(of_images, images), group_of(of_images, channels));
  expect_runnable(graph, of_images, {images, channels});
  const Value pairs = sum(reshape(e, Shape{kBatch, 6, 4}), {2});
  const Fusion of_pairs = fuse(graph, {pairs, channels});
  EXPECT_NE(group_of(of_pairs, pairs), group_of(of_pairs, channels));
  expect_runnable(graph, of_pairs, {pairs, channels});
}

TEST(Fuse, ReshapesCostNothing) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8});
  const Value y = exp(stop_gradient(reshape(tanh(x), Shape{kBatch, 2, 4})));
  EXPECT_EQ(kinds_of(fuse(graph, {y})), (std::vector<GroupKind>{GroupKind::map}));
}

TEST(Fuse, GroupsOfAnyGraphRunInTheirOrder) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Graph graph;
    RandomSequence random(seed);
    const auto values = testing::grow_graph(graph, random, 5 + static_cast<int>(seed) / 4);
    // The last values, and two that others are computed from as well.
    std::vector<Value> outputs{values.back(), values[values.size() / 2], values[values.size() / 3]};
    const Value loss = sum(square(values.back()));
    outputs.push_back(gradients(loss, {graph.find_input("x")})[0]);
    expect_runnable(graph, fuse(graph, outputs), outputs);
  }
}

}  // namespace
}  // namespace elbo
