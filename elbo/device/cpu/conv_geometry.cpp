#include "elbo/device/cpu/conv_geometry.h"

namespace elbo::cpu {

double ConvGeometry::flops() const {
  return 2.0 * static_cast<double>(element_count(y)) *
         static_cast<double>(weights[0] * weights[1] * weights[2]);
}

double ConvGeometry::bytes() const {
  return 4.0 * static_cast<double>(element_count(x) + element_count(weights) + element_count(y));
}

std::string ConvGeometry::to_string() const {
  return elbo::to_string(x) + " * " + elbo::to_string(weights) + " -> " + elbo::to_string(y);
}

ConvGeometry conv_geometry(const KernelContext& context, NodeId id) {
  const Node& node = context.node(id);
  const auto attributes = node.get<Conv2dAttributes>();
  ConvGeometry geometry{.x = context.extents(node.inputs[0]),
                        .weights = context.extents(node.inputs[1]),
                        .y = context.extents(id),
                        .stride = attributes.stride,
                        .padding_begin = attributes.padding_begin};
  if (node.op == Op::conv2d_input_gradient) std::swap(geometry.x, geometry.y);
  if (node.op == Op::conv2d_weight_gradient) std::swap(geometry.weights, geometry.y);
  return geometry;
}

}  // namespace elbo::cpu
