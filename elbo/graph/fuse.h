// Groups nodes into the kernels that will run. A map group evaluates a set of elementwise nodes in
// one pass over one index space, and may end in sums or maxima over trailing axes; where these rows
// are short, it also holds the maps over the reduced values and what reads them back along the rows
// (a whole layer normalisation or softmax). It may end in sums over leading axes as well (a slope's
// sum over the batch is the gradient of a bias). A contraction group is a product with its epilogue
// (bias, activation). Reshapes and stop_gradient cost nothing: they are aliases of the value they
// view.
#pragma once

#include <cstdint>
#include <vector>

#include "elbo/graph/graph.h"

namespace elbo {

/// The most values that a map group may hold: operands, constants and results together.
inline constexpr int kMaxGroupValues = 256;
/// Elements of the longest row whose sum may be read back in the group that makes it: a dozen such
/// rows stay in the second-level cache.
inline constexpr std::int64_t kLongestRow = 2048;

enum class GroupKind : std::uint8_t { map, contraction, reduction, random, copy };

struct Group {
  GroupKind kind = GroupKind::map;
  /// In graph order; for a contraction the product first, then its epilogue.
  std::vector<NodeId> nodes;
  /// The nodes whose values leave the group and so need memory.
  std::vector<NodeId> results;
};

struct Fusion {
  /// In an order in which they can run.
  std::vector<Group> groups;
  /// For every node the node whose value it is: itself, or what a chain of aliases leads to.
  std::vector<NodeId> root;
};

/// True for a reduction over the last axes: a number for each row. A reduction in a map group is
/// either that or a sum over the first axes: a number for each column.
bool reduces_trailing_axes(const Graph& graph, const Node& node);

/// Groups all that `outputs` need.
Fusion fuse(const Graph& graph, const std::vector<Value>& outputs);

}  // namespace elbo
