// Matrix products and the three convolutions, which are closed under differentiation.
#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/vjp.h"

namespace elbo {
namespace {

std::int64_t conv_output_length(std::int64_t length, std::int64_t kernel,
                                const Conv2dAttributes& geometry) {
  const std::int64_t span = length + geometry.padding_begin + geometry.padding_end - kernel;
  if (span < 0 || kernel < 1 || geometry.stride < 1) {
    throw ShapeError("conv2d: a kernel of length {} does not fit into {} elements with padding {}",
                     kernel, length, geometry.padding_begin + geometry.padding_end);
  }
  return span / geometry.stride + 1;
}

/// Channels of a convolution's input or output in each of its groups.
std::int64_t channels_a_group(const char* what, std::int64_t channels,
                              const Conv2dAttributes& geometry) {
  if (geometry.groups < 1 || channels % geometry.groups != 0) {
    throw ShapeError("{}: {} channels can't be divided into {} groups", what, channels,
                     geometry.groups);
  }
  return channels / geometry.groups;
}

void check_rank(const char* what, Value x, int rank) {
  if (x.shape().rank() != rank) {
    throw ShapeError("{}: expected {} axes, found {}", what, rank, x.shape().to_string());
  }
}

Value add_node(Op op, Value a, Value b, Shape shape, Attributes attributes) {
  return a.graph().add({.op = op,
                        .inputs = {a.id(), b.id()},
                        .shape = std::move(shape),
                        .attributes = std::move(attributes),
                        .dtype = DType::f32});
}

OperandGradients vjp_of_matmul(Value y, Value d_y, Value a, Value b) {
  const auto [transpose_a, transpose_b] = y.node().get<MatmulAttributes>();
  const Value d_a = transpose_a ? matmul(b, d_y, transpose_b, true)  //
                                : matmul(d_y, b, false, !transpose_b);
  const Value d_b = transpose_b ? matmul(d_y, a, true, transpose_a)  //
                                : matmul(a, d_y, !transpose_a, false);
  return {d_a, d_b};
}

}  // namespace

Value matmul(Value a, Value b, bool transpose_a, bool transpose_b) {
  check_rank("matmul", a, 2);
  check_rank("matmul", b, 2);
  const Dim rows = a.shape()[transpose_a ? 1 : 0], inner = a.shape()[transpose_a ? 0 : 1];
  const Dim inner_b = b.shape()[transpose_b ? 1 : 0], columns = b.shape()[transpose_b ? 0 : 1];
  if (inner != inner_b) {
    throw ShapeError("matmul: {}{} and {}{} don't fit: inner lengths differ", a.shape().to_string(),
                     transpose_a ? " transposed" : "", b.shape().to_string(),
                     transpose_b ? " transposed" : "");
  }
  return add_node(Op::matmul, a, b, Shape{rows, columns},
                  MatmulAttributes{transpose_a, transpose_b});
}

Value conv2d(Value x, Value weights, const Conv2dAttributes& geometry) {
  check_rank("conv2d input", x, 4);
  check_rank("conv2d weights", weights, 4);
  const std::int64_t inputs = channels_a_group("conv2d input", x.shape()[3].size, geometry);
  channels_a_group("conv2d output", weights.shape()[3].size, geometry);
  if (weights.shape()[2] != Dim(inputs)) {
    throw ShapeError(
        "conv2d: input {} in {} groups needs weights (KH, KW, {}, O), found {}; their third axis "
        "is "
        "the channels of one group",
        x.shape().to_string(), geometry.groups, inputs, weights.shape().to_string());
  }
  const Dim height = conv_output_length(x.shape()[1].size, weights.shape()[0].size, geometry);
  const Dim width = conv_output_length(x.shape()[2].size, weights.shape()[1].size, geometry);
  return add_node(Op::conv2d, x, weights, Shape{x.shape()[0], height, width, weights.shape()[3]},
                  geometry);
}

Value conv2d_input_gradient(Value dy, Value weights, std::int64_t height, std::int64_t width,
                            const Conv2dAttributes& geometry) {
  check_rank("conv2d_input_gradient", dy, 4);
  check_rank("conv2d_input_gradient weights", weights, 4);
  channels_a_group("conv2d_input_gradient", dy.shape()[3].size, geometry);
  if (dy.shape()[3] != weights.shape()[3] ||
      dy.shape()[1] != Dim(conv_output_length(height, weights.shape()[0].size, geometry)) ||
      dy.shape()[2] != Dim(conv_output_length(width, weights.shape()[1].size, geometry))) {
    throw ShapeError("conv2d_input_gradient: {} and weights {} can't come from an input of {} x {}",
                     dy.shape().to_string(), weights.shape().to_string(), height, width);
  }
  return add_node(Op::conv2d_input_gradient, dy, weights,
                  Shape{dy.shape()[0], height, width, weights.shape()[2].size * geometry.groups},
                  geometry);
}

Value conv2d_weight_gradient(Value x, Value dy, std::int64_t kernel_height,
                             std::int64_t kernel_width, const Conv2dAttributes& geometry) {
  check_rank("conv2d_weight_gradient input", x, 4);
  check_rank("conv2d_weight_gradient", dy, 4);
  const std::int64_t inputs =
      channels_a_group("conv2d_weight_gradient input", x.shape()[3].size, geometry);
  channels_a_group("conv2d_weight_gradient", dy.shape()[3].size, geometry);
  if (dy.shape()[1] != Dim(conv_output_length(x.shape()[1].size, kernel_height, geometry)) ||
      dy.shape()[2] != Dim(conv_output_length(x.shape()[2].size, kernel_width, geometry))) {
    throw ShapeError("conv2d_weight_gradient: {} can't come from input {} and a kernel of {} x {}",
                     dy.shape().to_string(), x.shape().to_string(), kernel_height, kernel_width);
  }
  return add_node(Op::conv2d_weight_gradient, x, dy,
                  Shape{kernel_height, kernel_width, inputs, dy.shape()[3]}, geometry);
}

OperandGradients vjp_of_contraction(Value y, Value d_y) {
  Graph& graph = y.graph();
  const Value a(&graph, y.node().inputs[0]), b(&graph, y.node().inputs[1]);
  if (y.node().op == Op::matmul) return vjp_of_matmul(y, d_y, a, b);
  const auto geometry = y.node().get<Conv2dAttributes>();
  const Shape& sa = a.shape();
  const Shape& sb = b.shape();
  switch (y.node().op) {
    case Op::conv2d:  // a: x, b: weights
      return {conv2d_input_gradient(d_y, b, sa[1].size, sa[2].size, geometry),
              conv2d_weight_gradient(a, d_y, sb[0].size, sb[1].size, geometry)};
    case Op::conv2d_input_gradient:  // a: dy, b: weights
      return {conv2d(d_y, b, geometry),
              conv2d_weight_gradient(d_y, a, sb[0].size, sb[1].size, geometry)};
    case Op::conv2d_weight_gradient:  // a: x, b: dy
      return {conv2d_input_gradient(b, d_y, sa[1].size, sa[2].size, geometry),
              conv2d(a, d_y, geometry)};
    default:
      ELBO_ASSERT(false);
      return {};
  }
}

}  // namespace elbo
