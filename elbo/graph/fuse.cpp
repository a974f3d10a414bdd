// How fusion works. Nodes are visited in graph order. A map node of index space S may join any map
// group over the same space that makes one of its operands or shares one of them, as long as no
// value would have to leave the group and come back: that would be a cycle between groups. Groups
// that a node connects are merged under the same condition. The space of a node is its element
// count (a multiple of N or not): all its values are contiguous, so equal counts mean equal flat
// indices. A group that reduces short rows has a second, smaller space: one number a row. Its
// values are complete as soon as their row is, so the same group may go on with them. A sum over
// the rows is complete when the group has run, so nothing in the group may read it.
#include "elbo/graph/fuse.h"

#include <algorithm>
#include <queue>
#include <set>

#include "elbo/base/check.h"

namespace elbo {
namespace {

bool is_alias(Op op) {
  return op == Op::reshape || op == Op::stop_gradient;
}

/// True for a sum over the first axes whose number of values does not depend on the batch.
bool sums_leading_axes(const Graph& graph, const Node& node) {
  if (node.op != Op::sum || node.shape.has_batch()) return false;
  const Shape& shape = graph.node(node.inputs[0]).shape;
  for (int axis = 0; axis < node.get<AxisAttributes>().begin; ++axis) {
    if (!shape[axis].is_one()) return false;
  }
  return true;
}

/// True when element i of `reader` reads element i / row_length of `operand`, by broadcasting.
bool reads_row_by_row(const Shape& operand, const Shape& reader, ElementCount row_length) {
  const int missing = reader.rank() - operand.rank();
  const auto operand_axis = [&](int axis) {
    return axis < missing ? Dim{1} : operand[axis - missing];
  };
  ElementCount inner;
  int axis = reader.rank();
  while (axis > 0 && inner != row_length) {
    --axis;
    if (!operand_axis(axis).is_one()) return false;
    inner = inner * reader[axis];
  }
  if (inner != row_length) return false;
  while (axis-- > 0) {
    if (operand_axis(axis) != reader[axis]) return false;
  }
  return true;
}

class Fuser {
 public:
  Fuser(const Graph& graph, const std::vector<Value>& outputs)
      : graph_(graph),
        order_(reachable_nodes(graph, outputs)),
        root_(static_cast<std::size_t>(graph.size()), -1),
        group_of_(root_.size(), -1),
        consumers_(root_.size()),
        is_output_(root_.size(), false) {
    for (const NodeId id : order_) {
      const Node& node = graph_.node(id);
      root_[index(id)] = is_alias(node.op) ? root_[index(node.inputs[0])] : id;
      for (const NodeId input : node.inputs) consumers_[index(root_[index(input)])].push_back(id);
    }
    for (const Value& output : outputs) is_output_[index(root_[index(output.id())])] = true;
  }

  Fusion run() {
    for (const NodeId id : order_) place(id);
    return collect();
  }

 private:
  struct Draft {
    GroupKind kind = GroupKind::map;
    ElementCount space;
    /// Elements that one reduced value sums over; 0 while nothing is reduced.
    ElementCount reduced{0};
    /// The count of reduced values.
    ElementCount rows{0};
    /// The count of values that a sum over leading axes has; 0 while there is none.
    ElementCount columns{0};
    /// No fewer than the values it holds; an operand that two nodes read counts twice.
    int values = 0;
    std::vector<NodeId> nodes;
    std::set<int> needs;
    bool merged_away = false;

    bool has_short_rows() const {
      return reduced.batch_power == 0 && reduced.size > 1 && reduced.size <= kLongestRow;
    }
    /// True when reductions of both kinds may end this pass: all of a kind are alike, and the rows
    /// that are summed up are made of whole rows that are reduced, or the other way round.
    bool can_reduce(ElementCount other_reduced, ElementCount other_columns) const {
      const bool has_rows = reduced.size != 0, has_columns = columns.size != 0;
      if (has_rows && other_reduced.size != 0 && reduced != other_reduced) return false;
      if (has_columns && other_columns.size != 0 && columns != other_columns) return false;
      const ElementCount row = has_rows ? reduced : other_reduced;
      const std::int64_t width = has_columns ? columns.size : other_columns.size;
      if (row.size == 0 || width == 0) return true;
      return row.batch_power == 0 && (width % row.size == 0 || row.size % width == 0);
    }
  };

  static std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }
  Draft& draft(int group) { return drafts_[static_cast<std::size_t>(group)]; }
  ElementCount count(NodeId id) const { return graph_.node(id).shape.product(); }

  void place(NodeId id) {
    const Node& node = graph_.node(id);
    if (is_leaf(node.op) || is_alias(node.op)) {
      if (node.op == Op::random_normal || node.op == Op::random_uniform) {
        open(GroupKind::random, id);
      }
      return;
    }
    if (is_contraction(node.op)) return open(GroupKind::contraction, id);
    if (is_map(node.op)) return join_epilogue(id) ? void() : place_map(id);
    if (reduces_trailing_axes(graph_, node)) return place_trailing_reduction(id);
    if (sums_leading_axes(graph_, node) && join_leading_sum(id)) return;
    open(is_reduction(node.op) ? GroupKind::reduction : GroupKind::copy, id);
  }

  void open(GroupKind kind, NodeId id) {
    drafts_.push_back({.kind = kind, .space = count(id), .nodes = {}, .needs = {}});
    assign(static_cast<int>(drafts_.size()) - 1, id);
  }

  void assign(int group, NodeId id) {
    draft(group).values += values_of(id, group);
    group_of_[index(id)] = group;
    draft(group).nodes.push_back(id);
    for (const int needed : needs_of(id)) {
      if (needed != group) draft(group).needs.insert(needed);
    }
  }

  /// What a node would add to a group: itself and the operands that come from outside.
  int values_of(NodeId id, int group) const {
    const std::vector<NodeId>& inputs = graph_.node(id).inputs;
    return 1 + static_cast<int>(std::count_if(inputs.begin(), inputs.end(), [&](NodeId input) {
             return group_of_[index(root_[index(input)])] != group;
           }));
  }

  /// The groups that make a node's operands.
  std::set<int> needs_of(NodeId id) const {
    std::set<int> groups;
    for (const NodeId input : graph_.node(id).inputs) {
      const int group = group_of_[index(root_[index(input)])];
      if (group >= 0) groups.insert(group);
    }
    return groups;
  }

  /// True when `from` needs `target`, directly or through other groups.
  bool reaches(int from, int target) {
    std::vector<int> stack(draft(from).needs.begin(), draft(from).needs.end());
    std::vector<bool> seen(drafts_.size(), false);
    while (!stack.empty()) {
      const int group = stack.back();
      stack.pop_back();
      if (group == target) return true;
      if (seen[static_cast<std::size_t>(group)]) continue;
      seen[static_cast<std::size_t>(group)] = true;
      stack.insert(stack.end(), draft(group).needs.begin(), draft(group).needs.end());
    }
    return false;
  }

  /// True when the node could be computed inside the group: same space, or a map over its rows, and
  /// none of its operands is complete only after the group has run.
  bool can_join(int group, NodeId id, ElementCount space) {
    const Draft& target = draft(group);
    if (target.kind != GroupKind::map) return false;
    if (target.space != space && !is_map_over_rows(target, id, group)) return false;
    if (target.values + values_of(id, group) > kMaxGroupValues) return false;
    for (const NodeId input : graph_.node(id).inputs) {
      if (group_of_[index(root_[index(input)])] == group && !can_read(target, id, input)) {
        return false;
      }
    }
    for (const int needed : needs_of(id)) {
      if (needed != group && reaches(needed, group)) return false;
    }
    return true;
  }

  /// True for a map over the reduced values of the group that reads one of them.
  bool is_map_over_rows(const Draft& target, NodeId id, int group) const {
    const Node& node = graph_.node(id);
    return target.has_short_rows() && is_map(node.op) && count(id) == target.rows &&
           std::any_of(node.inputs.begin(), node.inputs.end(), [&](NodeId input) {
             return group_of_[index(root_[index(input)])] == group;
           });
  }

  /// True when a node in the group could read a value of the group: element by element, or as the
  /// number of its row.
  bool can_read(const Draft& target, NodeId reader, NodeId operand) const {
    const Node& node = graph_.node(reader);
    const Node& source = graph_.node(root_[index(operand)]);
    if (node.op == Op::gather) return false;
    if (is_reduction(source.op) && !reduces_trailing_axes(graph_, source)) return false;
    const ElementCount space = is_reduction(node.op) ? count(node.inputs[0]) : count(reader);
    const ElementCount available = source.shape.product();
    if (space == target.space && available == target.space) return true;
    if (!target.has_short_rows() || available != target.rows || is_reduction(node.op)) return false;
    return space == target.rows ||
           (space == target.space &&
            reads_row_by_row(graph_.node(operand).shape, node.shape, target.reduced));
  }

  void place_map(NodeId id) {
    const ElementCount space = count(id);
    std::vector<int> joined;
    for (const int group : candidates(id)) {
      if (!can_join(group, id, space)) continue;
      if (joined.empty() || can_merge(joined.front(), group)) joined.push_back(group);
      if (joined.size() == 2) {
        merge(joined[0], joined[1]);
        joined.pop_back();
        // A merge changes what reaches what.
        if (!can_join(joined.front(), id, space)) joined.clear();
      }
    }
    if (joined.empty()) return open(GroupKind::map, id);
    assign(joined.front(), id);
  }

  /// Groups that make an operand, then groups that read one.
  std::vector<int> candidates(NodeId id) const {
    std::vector<int> groups;
    const auto consider = [&](NodeId other) {
      const int group = group_of_[index(other)];
      if (group >= 0 && std::find(groups.begin(), groups.end(), group) == groups.end()) {
        groups.push_back(group);
      }
    };
    for (const NodeId input : graph_.node(id).inputs) consider(root_[index(input)]);
    for (const NodeId input : graph_.node(id).inputs) {
      const NodeId source = root_[index(input)];
      if (count(source) != count(id)) continue;
      for (const NodeId sibling : consumers_[index(source)]) {
        if (sibling < id) consider(sibling);
      }
    }
    return groups;
  }

  bool can_merge(int a, int b) {
    if (draft(a).space != draft(b).space) return false;
    if (draft(a).values + draft(b).values > kMaxGroupValues) return false;
    if (!draft(a).can_reduce(draft(b).reduced, draft(b).columns)) return false;
    // A value of one that the other can't read before it is complete, or a path through a third
    // group, forbids it.
    const auto direct_only = [&](int from, int to) {
      for (const int needed : draft(from).needs) {
        if (needed != to && reaches(needed, to)) return false;
      }
      for (const NodeId id : draft(from).nodes) {
        for (const NodeId input : graph_.node(id).inputs) {
          if (group_of_[index(root_[index(input)])] == to && !can_read(draft(to), id, input)) {
            return false;
          }
        }
      }
      return true;
    };
    return direct_only(a, b) && direct_only(b, a);
  }

  void merge(int into, int from) {
    Draft& target = draft(into);
    Draft& source = draft(from);
    target.nodes.insert(target.nodes.end(), source.nodes.begin(), source.nodes.end());
    std::sort(target.nodes.begin(), target.nodes.end());
    for (const NodeId id : source.nodes) group_of_[index(id)] = into;
    target.values += source.values;
    target.needs.insert(source.needs.begin(), source.needs.end());
    if (target.reduced.size == 0) {
      target.reduced = source.reduced;
      target.rows = source.rows;
    }
    if (target.columns.size == 0) target.columns = source.columns;
    source.nodes.clear();
    source.needs.clear();
    source.merged_away = true;
    for (Draft& other : drafts_) {
      if (other.needs.erase(from) > 0) other.needs.insert(into);
    }
    target.needs.erase(into);
  }

  void place_trailing_reduction(NodeId id) {
    const Node& node = graph_.node(id);
    const ElementCount space = count(node.inputs[0]);
    ElementCount reduced;
    const auto axes = node.get<AxisAttributes>();
    for (int axis = axes.begin; axis < axes.end; ++axis) {
      reduced = reduced * graph_.node(node.inputs[0]).shape[axis];
    }
    const int group = group_of_[index(root_[index(node.inputs[0])])];
    const bool joins = group >= 0 && can_join(group, id, space) &&
                       draft(group).can_reduce(reduced, ElementCount{0});
    if (joins) {
      assign(group, id);
    } else {
      open(GroupKind::map, id);
      draft(group_of_[index(id)]).space = space;
    }
    draft(group_of_[index(id)]).reduced = reduced;
    draft(group_of_[index(id)]).rows = count(id);
  }

  bool join_leading_sum(NodeId id) {
    const NodeId operand = root_[index(graph_.node(id).inputs[0])];
    const int group = group_of_[index(operand)];
    if (group < 0 || !can_join(group, id, count(operand))) return false;
    if (!draft(group).can_reduce(ElementCount{0}, count(id))) return false;
    assign(group, id);
    draft(group).columns = count(id);
    return true;
  }

  /// The product's own pass adds a bias over the last axis and applies relu, when nobody else wants
  /// to see the value before.
  bool join_epilogue(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.op != Op::add && node.op != Op::relu) return false;
    const NodeId source = node.inputs[0];
    const int group = group_of_[index(source)];
    if (group < 0 || draft(group).kind != GroupKind::contraction) return false;
    if (consumers_[index(source)].size() != 1 || is_output_[index(source)]) return false;
    const Op last = graph_.node(source).op;
    // The gradient of weights has no channels to add a bias to; nothing follows relu.
    const bool has_epilogue = last != Op::conv2d_weight_gradient && last != Op::relu;
    if (!has_epilogue) return false;
    if (node.op == Op::add) {
      const Node& bias = graph_.node(node.inputs[1]);
      const bool is_bias =
          bias.op == Op::parameter && bias.shape.rank() == 1 && bias.shape[0] == node.shape[-1];
      if (!is_bias || !is_contraction(last)) return false;
    }
    assign(group, id);
    return true;
  }

  Fusion collect() {
    Fusion fusion;
    fusion.root = root_;
    std::vector<int> waiting(drafts_.size(), 0);
    std::vector<std::vector<int>> dependents(drafts_.size());
    // Smallest first node first: close to graph order, so that values die young.
    using Entry = std::pair<NodeId, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    std::size_t live = 0;
    for (std::size_t group = 0; group < drafts_.size(); ++group) {
      if (drafts_[group].merged_away) continue;
      ++live;
      waiting[group] = static_cast<int>(drafts_[group].needs.size());
      for (const int needed : drafts_[group].needs) {
        dependents[static_cast<std::size_t>(needed)].push_back(static_cast<int>(group));
      }
      if (waiting[group] == 0) ready.emplace(drafts_[group].nodes.front(), static_cast<int>(group));
    }
    while (!ready.empty()) {
      const int group = ready.top().second;
      ready.pop();
      fusion.groups.push_back(finished(group));
      for (const int dependent : dependents[static_cast<std::size_t>(group)]) {
        if (--waiting[static_cast<std::size_t>(dependent)] == 0) {
          ready.emplace(draft(dependent).nodes.front(), dependent);
        }
      }
    }
    ELBO_ASSERT(fusion.groups.size() == live);
    return fusion;
  }

  Group finished(int group) {
    Group result{.kind = draft(group).kind, .nodes = draft(group).nodes, .results = {}};
    for (const NodeId id : result.nodes) {
      bool leaves = is_output_[index(id)];
      for (const NodeId consumer : consumers_[index(id)]) {
        leaves |= !is_alias(graph_.node(consumer).op) && group_of_[index(consumer)] != group;
        // A consumer of an alias is listed under the root as well.
      }
      if (leaves) result.results.push_back(id);
    }
    return result;
  }

  const Graph& graph_;
  std::vector<NodeId> order_;
  std::vector<NodeId> root_;
  std::vector<int> group_of_;
  std::vector<std::vector<NodeId>> consumers_;
  std::vector<bool> is_output_;
  std::vector<Draft> drafts_;
};

}  // namespace

bool reduces_trailing_axes(const Graph& graph, const Node& node) {
  if (!is_reduction(node.op)) return false;
  const Shape& shape = graph.node(node.inputs[0]).shape;
  int end = node.get<AxisAttributes>().end;
  while (end < shape.rank() && shape[end].is_one()) ++end;
  return end == shape.rank();
}

Fusion fuse(const Graph& graph, const std::vector<Value>& outputs) {
  return Fuser(graph, outputs).run();
}

}  // namespace elbo
