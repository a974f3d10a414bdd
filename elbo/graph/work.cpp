#include "elbo/graph/work.h"

#include <cmath>

namespace elbo {
namespace {

/// A convolution's output, and its gradients', is so many windows of weights.
double conv_flops(const Shape& y, const Shape& weights, std::int64_t batch_size) {
  const double outputs = static_cast<double>(weights[-1].size);
  return 2 * static_cast<double>(y.count(batch_size)) *
         static_cast<double>(weights.count(batch_size)) / outputs;
}

double flops_of(const Graph& graph, const Node& node, std::int64_t batch_size) {
  const auto operand = [&](std::size_t i) -> const Shape& {
    return graph.node(node.inputs[i]).shape;
  };
  switch (node.op) {
    case Op::matmul: {
      // (M K) (K N) (M N) = (M K N)^2, whichever operand is transposed.
      const auto count = [&](const Shape& shape) {
        return static_cast<double>(shape.count(batch_size));
      };
      return 2 * std::sqrt(count(operand(0)) * count(operand(1)) * count(node.shape));
    }
    case Op::conv2d:
      return conv_flops(node.shape, operand(1), batch_size);
    case Op::conv2d_input_gradient:
      return conv_flops(operand(0), operand(1), batch_size);
    case Op::conv2d_weight_gradient:
      return conv_flops(operand(1), node.shape, batch_size);
    default:
      return 0;
  }
}

}  // namespace

double contraction_flops(const Graph& graph, const std::vector<Value>& outputs,
                         std::int64_t batch_size) {
  double total = 0;
  for (const NodeId id : reachable_nodes(graph, outputs)) {
    total += flops_of(graph, graph.node(id), batch_size);
  }
  return total;
}

}  // namespace elbo
