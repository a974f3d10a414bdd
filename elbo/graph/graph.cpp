#include "elbo/graph/graph.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <utility>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/graph/simplify.h"

namespace elbo {
namespace {

constexpr std::array<const char*, kOpCount> kOpNames = {"parameter",
                                                        "input",
                                                        "constant",
                                                        "random_uniform",
                                                        "random_normal",
                                                        "add",
                                                        "subtract",
                                                        "multiply",
                                                        "divide",
                                                        "maximum",
                                                        "minimum",
                                                        "less",
                                                        "equal",
                                                        "select",
                                                        "negate",
                                                        "exp",
                                                        "log",
                                                        "sqrt",
                                                        "tanh",
                                                        "sigmoid",
                                                        "softplus",
                                                        "relu",
                                                        "absolute",
                                                        "stop_gradient",
                                                        "broadcast_to",
                                                        "gather",
                                                        "matmul",
                                                        "conv2d",
                                                        "conv2d_input_gradient",
                                                        "conv2d_weight_gradient",
                                                        "sum",
                                                        "max",
                                                        "reshape",
                                                        "transpose",
                                                        "slice",
                                                        "concat"};

void combine(std::size_t& hash, std::size_t value) {
  hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
}

/// Equal nodes have equal hashes; attributes beyond the cheap ones are left to operator==.
std::size_t hash_of(const Node& node) {
  std::size_t hash = static_cast<std::size_t>(node.op);
  for (const NodeId input : node.inputs) combine(hash, static_cast<std::size_t>(input));
  for (const Dim& dim : node.shape.dims()) combine(hash, static_cast<std::size_t>(dim.size));
  if (const auto* constant = std::get_if<ConstantAttributes>(&node.attributes)) {
    combine(hash, std::hash<double>()(constant->values.front()));
  }
  return hash;
}

}  // namespace

const char* name_of(Op op) {
  return kOpNames[static_cast<std::size_t>(op)];
}

Value Graph::parameter(const std::string& name, const Shape& shape, Initializer initializer) {
  if (const auto found = named_.find("parameter " + name); found != named_.end()) {
    if (node(found->second).shape != shape) {
      throw ShapeError("parameter '{}': used with shape {} and with shape {}", name,
                       node(found->second).shape.to_string(), shape.to_string());
    }
    return {this, found->second};
  }
  ELBO_ASSERT(!shape.has_batch());
  const Value value = append({.op = Op::parameter,
                              .inputs = {},
                              .shape = shape,
                              .attributes = ParameterAttributes{name, initializer},
                              .dtype = DType::f32});
  parameters_.push_back(value.id());
  named_.emplace("parameter " + name, value.id());
  return value;
}

Value Graph::input(const std::string& name, const Shape& shape, DType dtype) {
  if (const Value existing = find_input(name)) {
    if (existing.shape() != shape || existing.node().dtype != dtype) {
      throw ShapeError("input '{}': used with shape {} and with shape {}", name,
                       existing.shape().to_string(), shape.to_string());
    }
    return existing;
  }
  const Value value = append({.op = Op::input,
                              .inputs = {},
                              .shape = shape,
                              .attributes = InputAttributes{name},
                              .dtype = dtype});
  named_.emplace("input " + name, value.id());
  return value;
}

Value Graph::find_input(const std::string& name) {
  const auto found = named_.find("input " + name);
  return found == named_.end() ? Value() : Value(this, found->second);
}

Value Graph::constant(double value) {
  return constant({value}, Shape{});
}

Value Graph::constant(std::vector<double> values, const Shape& shape) {
  ELBO_ASSERT(values.size() == 1 ||
              (!shape.has_batch() && static_cast<std::int64_t>(values.size()) == shape.count(1)));
  return add({.op = Op::constant,
              .inputs = {},
              .shape = shape,
              .attributes = ConstantAttributes{std::move(values), 0},
              .dtype = DType::f32});
}

Value Graph::batch_size(int power) {
  return add({.op = Op::constant,
              .inputs = {},
              .shape = Shape{},
              .attributes = ConstantAttributes{{1.0}, power},
              .dtype = DType::f32});
}

Value Graph::random_normal(const Shape& shape) {
  return append({.op = Op::random_normal,
                 .inputs = {},
                 .shape = shape,
                 .attributes = RandomAttributes{next_stream_++},
                 .dtype = DType::f32});
}

Value Graph::random_uniform(const Shape& shape) {
  return append({.op = Op::random_uniform,
                 .inputs = {},
                 .shape = shape,
                 .attributes = RandomAttributes{next_stream_++},
                 .dtype = DType::f32});
}

Value Graph::add(Node node) {
  if (const Value simpler = simplify(*this, node)) return simpler;
  const auto [begin, end] = by_hash_.equal_range(hash_of(node));
  for (auto it = begin; it != end; ++it) {
    if (this->node(it->second) == node) return {this, it->second};
  }
  return append(std::move(node));
}

Value Graph::append(Node node) {
  const NodeId id = size();
  for (const NodeId input : node.inputs) ELBO_ASSERT(input >= 0 && input < id);
  by_hash_.emplace(hash_of(node), id);
  nodes_.push_back(std::move(node));
  return {this, id};
}

std::vector<NodeId> reachable_nodes(const Graph& graph, const std::vector<Value>& outputs) {
  std::vector<bool> needed(static_cast<std::size_t>(graph.size()), false);
  for (const Value& output : outputs) {
    ELBO_ASSERT(&output.graph() == &graph);
    needed[static_cast<std::size_t>(output.id())] = true;
  }
  std::vector<NodeId> order;
  for (NodeId id = graph.size() - 1; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    order.push_back(id);
    for (const NodeId input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = true;
  }
  return {order.rbegin(), order.rend()};
}

std::string describe(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  std::string arguments;
  if (node.op == Op::parameter) {
    arguments = "'" + node.get<ParameterAttributes>().name + "'";
  } else if (node.op == Op::input) {
    arguments = "'" + node.get<InputAttributes>().name + "'";
  } else if (node.op == Op::constant) {
    const auto& constant = node.get<ConstantAttributes>();
    arguments = constant.values.size() == 1 ? fmt::format("{}", constant.values[0]) : "...";
    if (constant.batch_power != 0) arguments += fmt::format(" * N^{}", constant.batch_power);
  }
  for (const NodeId input : node.inputs) {
    arguments += fmt::format("{}%{}", arguments.empty() ? "" : ", ", input);
  }
  return fmt::format("%{} = {}({}) {}", id, name_of(node.op), arguments, node.shape.to_string());
}

}  // namespace elbo
