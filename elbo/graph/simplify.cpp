#include "elbo/graph/simplify.h"

#include <cmath>
#include <optional>

#include "elbo/graph/ops.h"

namespace elbo {
namespace {

/// The value of a constant node that is the same everywhere.
const ConstantAttributes* splat(const Graph& graph, NodeId id) {
  const auto* constant = std::get_if<ConstantAttributes>(&graph.node(id).attributes);
  return constant != nullptr && constant->values.size() == 1 ? constant : nullptr;
}

bool is_splat_of(const Graph& graph, NodeId id, double value) {
  const ConstantAttributes* constant = splat(graph, id);
  return constant != nullptr && constant->batch_power == 0 && constant->values[0] == value;
}

std::optional<ConstantAttributes> fold(Op op, const ConstantAttributes& a,
                                       const ConstantAttributes& b) {
  const double x = a.values[0], y = b.values[0];
  const bool same_power = a.batch_power == b.batch_power;
  switch (op) {
    case Op::multiply:
      return ConstantAttributes{{x * y}, a.batch_power + b.batch_power};
    case Op::divide:
      return ConstantAttributes{{x / y}, a.batch_power - b.batch_power};
    case Op::add:
      if (same_power) return ConstantAttributes{{x + y}, a.batch_power};
      return std::nullopt;
    case Op::subtract:
      if (same_power) return ConstantAttributes{{x - y}, a.batch_power};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Value constant_like(Graph& graph, const ConstantAttributes& constant, const Shape& shape) {
  return graph.add({.op = Op::constant,
                    .inputs = {},
                    .shape = shape,
                    .attributes = constant,
                    .dtype = DType::f32});
}

/// `id` as a value of the node's shape.
Value as_result(Graph& graph, NodeId id, const Shape& shape) {
  const Value value(&graph, id);
  return value.shape() == shape ? value : broadcast_to(value, shape);
}

/// x * c1 * c2 = x * (c1 * c2), for scalars c.
Value merge_scalar_product(Graph& graph, const Node& node) {
  const Node& inner = graph.node(node.inputs[0]);
  const ConstantAttributes* outer_scale = splat(graph, node.inputs[1]);
  if (inner.op != Op::multiply || outer_scale == nullptr) return {};
  const ConstantAttributes* inner_scale = splat(graph, inner.inputs[1]);
  if (inner_scale == nullptr || !graph.node(inner.inputs[1]).shape.is_scalar() ||
      !graph.node(node.inputs[1]).shape.is_scalar()) {
    return {};
  }
  const ConstantAttributes scale = *fold(Op::multiply, *inner_scale, *outer_scale);
  return Value(&graph, inner.inputs[0]) * constant_like(graph, scale, Shape{});
}

Value simplify_binary(Graph& graph, Node& node) {
  // Scalars go second, so that the rules below and the search for equal nodes see one form.
  const bool commutes = node.op == Op::add || node.op == Op::multiply;
  if (commutes && splat(graph, node.inputs[0]) != nullptr &&
      splat(graph, node.inputs[1]) == nullptr) {
    std::swap(node.inputs[0], node.inputs[1]);
  }
  const ConstantAttributes* first = splat(graph, node.inputs[0]);
  const ConstantAttributes* second = splat(graph, node.inputs[1]);
  if (first != nullptr && second != nullptr) {
    if (const auto folded = fold(node.op, *first, *second)) {
      return constant_like(graph, *folded, node.shape);
    }
  }
  const auto neutral = [&](double value) { return is_splat_of(graph, node.inputs[1], value); };
  const bool keeps_first = ((node.op == Op::add || node.op == Op::subtract) && neutral(0)) ||
                           ((node.op == Op::multiply || node.op == Op::divide) && neutral(1));
  if (keeps_first) return as_result(graph, node.inputs[0], node.shape);
  if (node.op == Op::multiply && neutral(0)) return graph.constant({0.0}, node.shape);
  if (node.op == Op::multiply && neutral(-1)) {
    return as_result(graph, (-Value(&graph, node.inputs[0])).id(), node.shape);
  }
  if (node.op == Op::subtract && is_splat_of(graph, node.inputs[0], 0)) {
    return as_result(graph, (-Value(&graph, node.inputs[1])).id(), node.shape);
  }
  if (node.op == Op::multiply) return merge_scalar_product(graph, node);
  return {};
}

/// Elementwise operations broadcast by themselves: an explicit broadcast below them is dropped as
/// long as the result keeps its shape; so is a constant's shape.
void drop_broadcasts(Graph& graph, Node& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Node& operand = graph.node(node.inputs[i]);
    NodeId simpler = -1;
    if (operand.op == Op::broadcast_to) {
      simpler = operand.inputs[0];
    } else if (splat(graph, node.inputs[i]) != nullptr && !operand.shape.is_scalar()) {
      simpler = constant_like(graph, *splat(graph, node.inputs[i]), Shape{}).id();
    } else {
      continue;
    }
    Shape rest = graph.node(simpler).shape;
    for (std::size_t j = 0; j < node.inputs.size(); ++j) {
      if (j != i) rest = broadcast(rest, graph.node(node.inputs[j]).shape, name_of(node.op));
    }
    if (rest == node.shape) node.inputs[i] = simpler;
  }
}

Value simplify_reshape(Graph& graph, Node& node) {
  const Node& operand = graph.node(node.inputs[0]);
  if (operand.shape == node.shape) return {&graph, node.inputs[0]};
  if (operand.op == Op::reshape) {
    return reshape(Value(&graph, operand.inputs[0]), node.shape);
  }
  if (const ConstantAttributes* constant = splat(graph, node.inputs[0])) {
    return constant_like(graph, *constant, node.shape);
  }
  return {};
}

Value simplify_transpose(Graph& graph, Node& node) {
  const std::vector<int>& order = node.get<TransposeAttributes>().order;
  bool identity = true;
  for (std::size_t i = 0; i < order.size(); ++i) identity &= order[i] == static_cast<int>(i);
  return identity ? Value(&graph, node.inputs[0]) : Value();
}

/// A product reads its operands transposed for nothing.
void absorb_transposes(Graph& graph, Node& node) {
  auto attributes = node.get<MatmulAttributes>();
  for (std::size_t i = 0; i < 2; ++i) {
    const Node& operand = graph.node(node.inputs[i]);
    if (operand.op != Op::transpose) continue;
    node.inputs[i] = operand.inputs[0];
    bool& flag = i == 0 ? attributes.transpose_a : attributes.transpose_b;
    flag = !flag;
  }
  node.attributes = attributes;
}

Value simplify_reduction(Graph& graph, Node& node) {
  const Node operand = graph.node(node.inputs[0]);
  const auto axes = node.get<AxisAttributes>();
  ElementCount length;
  for (int axis = axes.begin; axis < axes.end; ++axis) length = length * operand.shape[axis];
  if (length.is_one()) return reshape(Value(&graph, node.inputs[0]), node.shape);
  const ConstantAttributes* constant = splat(graph, node.inputs[0]);
  if (constant == nullptr) return {};
  if (node.op == Op::max) return constant_like(graph, *constant, node.shape);
  const ConstantAttributes total{{constant->values[0] * static_cast<double>(length.size)},
                                 constant->batch_power + length.batch_power};
  return constant_like(graph, total, node.shape);
}

}  // namespace

Value simplify(Graph& graph, Node& node) {
  switch (node.op) {
    case Op::reshape:
      return simplify_reshape(graph, node);
    case Op::transpose:
      return simplify_transpose(graph, node);
    case Op::sum:
    case Op::max:
      return simplify_reduction(graph, node);
    case Op::matmul:
      absorb_transposes(graph, node);
      return {};
    case Op::broadcast_to:
      if (graph.node(node.inputs[0]).shape == node.shape) return {&graph, node.inputs[0]};
      if (const ConstantAttributes* constant = splat(graph, node.inputs[0])) {
        return constant_like(graph, *constant, node.shape);
      }
      return {};
    case Op::negate:
      if (graph.node(node.inputs[0]).op == Op::negate) {
        return {&graph, graph.node(node.inputs[0]).inputs[0]};
      }
      if (const ConstantAttributes* constant = splat(graph, node.inputs[0])) {
        return constant_like(graph, {{-constant->values[0]}, constant->batch_power}, node.shape);
      }
      return {};
    case Op::slice: {
      const auto part = node.get<AxisAttributes>();
      const Node& operand = graph.node(node.inputs[0]);
      const bool whole = part.first == 0 && operand.shape[part.begin] == Dim(part.last);
      return whole ? Value(&graph, node.inputs[0]) : Value();
    }
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
      drop_broadcasts(graph, node);
      return simplify_binary(graph, node);
    case Op::maximum:
    case Op::minimum:
    case Op::less:
    case Op::equal:
    case Op::select:
      drop_broadcasts(graph, node);
      return {};
    default:
      return {};
  }
}

}  // namespace elbo
