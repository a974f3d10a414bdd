#include "elbo/graph/gradients.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/vjp.h"

namespace elbo {
namespace {

OperandGradients vjp(Value node, Value d_node) {
  const Op op = node.node().op;
  if (op == Op::stop_gradient) return {Value()};
  if (is_map(op)) return vjp_of_map(node, d_node);
  if (is_contraction(op)) return vjp_of_contraction(node, d_node);
  if (is_reduction(op)) return vjp_of_reduction(node, d_node);
  return vjp_of_shape_op(node, d_node);
}

}  // namespace

std::vector<Value> gradients(Value scalar, const std::vector<Value>& with_respect_to) {
  if (!scalar.shape().is_scalar()) {
    throw ShapeError("gradients: expected a scalar, found {}", scalar.shape().to_string());
  }
  Graph& graph = scalar.graph();
  const auto count = static_cast<std::size_t>(scalar.id()) + 1;

  // Only nodes on a path from one of the sources to the scalar need a gradient.
  std::vector<bool> depends(count, false);
  for (const Value& source : with_respect_to) {
    if (source.id() <= scalar.id()) depends[static_cast<std::size_t>(source.id())] = true;
  }
  for (std::size_t id = 0; id < count; ++id) {
    const Node& node = graph.node(static_cast<NodeId>(id));
    depends[id] = depends[id] || std::any_of(node.inputs.begin(), node.inputs.end(), [&](NodeId i) {
                    return depends[static_cast<std::size_t>(i)];
                  });
  }

  std::vector<Value> d(count);
  d.back() = graph.constant(1);
  for (std::size_t id = count; id-- > 0;) {
    if (!d[id] || !depends[id]) continue;
    const std::vector<NodeId> inputs = graph.node(static_cast<NodeId>(id)).inputs;
    if (inputs.empty()) continue;
    const OperandGradients parts = vjp(Value(&graph, static_cast<NodeId>(id)), d[id]);
    ELBO_ASSERT(parts.size() == inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto input = static_cast<std::size_t>(inputs[i]);
      if (!parts[i] || !depends[input]) continue;
      d[input] = d[input] ? d[input] + parts[i] : parts[i];
    }
  }

  std::vector<Value> result;
  for (const Value& source : with_respect_to) {
    const bool reached = source.id() <= scalar.id() && d[static_cast<std::size_t>(source.id())];
    result.push_back(reached ? d[static_cast<std::size_t>(source.id())]
                             : graph.constant({0.0}, source.shape()));
  }
  return result;
}

std::vector<Value> parameter_gradients(Value scalar) {
  std::vector<Value> parameters;
  for (const NodeId id : scalar.graph().parameters()) parameters.emplace_back(&scalar.graph(), id);
  return gradients(scalar, parameters);
}

}  // namespace elbo
