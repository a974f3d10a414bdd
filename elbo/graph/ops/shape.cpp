// Operations that move elements without computing: reshape, transpose, slice, concat.
#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/vjp.h"

namespace elbo {
namespace {

int checked_axis(const char* what, const Shape& shape, int axis) {
  const int positive = axis < 0 ? axis + shape.rank() : axis;
  if (positive < 0 || positive >= shape.rank()) {
    throw ShapeError("{}: {} has no axis {}", what, shape.to_string(), axis);
  }
  return positive;
}

Shape with_length(const Shape& shape, int axis, Dim length) {
  std::vector<Dim> dims = shape.dims();
  dims[static_cast<std::size_t>(axis)] = length;
  return Shape(std::move(dims));
}

/// d_slice inside zeros of the operand's shape.
Value pad_with_zeros(Value d_slice, const Shape& shape, const AxisAttributes& part) {
  Graph& graph = d_slice.graph();
  std::vector<Value> parts;
  const auto zeros = [&](std::int64_t length) {
    return graph.constant({0.0}, with_length(shape, part.begin, length));
  };
  if (part.first > 0) parts.push_back(zeros(part.first));
  parts.push_back(d_slice);
  const std::int64_t after = shape[part.begin].size - part.last;
  if (after > 0) parts.push_back(zeros(after));
  return concat(parts, part.begin);
}

}  // namespace

Value reshape(Value x, const Shape& shape) {
  if (x.shape().product() != shape.product()) {
    throw ShapeError("reshape: {} and {} have different numbers of elements", x.shape().to_string(),
                     shape.to_string());
  }
  return x.graph().add({.op = Op::reshape,
                        .inputs = {x.id()},
                        .shape = shape,
                        .attributes = {},
                        .dtype = DType::f32});
}

Value expand_dims(Value x, int axis) {
  std::vector<Dim> dims = x.shape().dims();
  if (axis < 0) axis += x.shape().rank() + 1;
  ELBO_ASSERT(axis >= 0 && axis <= x.shape().rank());
  dims.insert(dims.begin() + axis, Dim(1));
  return reshape(x, Shape(std::move(dims)));
}

Value transpose(Value x, std::vector<int> order) {
  std::vector<int> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool permutation = static_cast<int>(sorted.size()) == x.shape().rank();
  for (std::size_t i = 0; permutation && i < sorted.size(); ++i) {
    permutation = sorted[i] == static_cast<int>(i);
  }
  if (!permutation) {
    throw ShapeError("transpose: the order must name each axis of {} once", x.shape().to_string());
  }
  std::vector<Dim> dims;
  for (const int axis : order) dims.push_back(x.shape()[axis]);
  return x.graph().add({.op = Op::transpose,
                        .inputs = {x.id()},
                        .shape = Shape(std::move(dims)),
                        .attributes = TransposeAttributes{std::move(order)},
                        .dtype = DType::f32});
}

Value slice(Value x, int axis, std::int64_t first, std::int64_t last) {
  axis = checked_axis("slice", x.shape(), axis);
  const Dim length = x.shape()[axis];
  if (length.batch || first < 0 || first >= last || last > length.size) {
    throw ShapeError("slice: [{}, {}) is not inside axis {} of {}", first, last, axis,
                     x.shape().to_string());
  }
  return x.graph().add({.op = Op::slice,
                        .inputs = {x.id()},
                        .shape = with_length(x.shape(), axis, last - first),
                        .attributes = AxisAttributes{axis, axis + 1, first, last},
                        .dtype = DType::f32});
}

Value concat(const std::vector<Value>& parts, int axis) {
  ELBO_ASSERT(!parts.empty());
  if (parts.size() == 1) return parts.front();
  axis = checked_axis("concat", parts.front().shape(), axis);
  std::vector<NodeId> inputs;
  std::int64_t length = 0;
  for (const Value& part : parts) {
    const Shape& shape = part.shape();
    if (shape.rank() != parts.front().shape().rank() || shape[axis].batch ||
        with_length(shape, axis, 1) != with_length(parts.front().shape(), axis, 1)) {
      throw ShapeError("concat: {} and {} differ in more than axis {}",
                       parts.front().shape().to_string(), shape.to_string(), axis);
    }
    length += shape[axis].size;
    inputs.push_back(part.id());
  }
  return parts.front().graph().add({.op = Op::concat,
                                    .inputs = std::move(inputs),
                                    .shape = with_length(parts.front().shape(), axis, length),
                                    .attributes = AxisAttributes{.begin = axis, .end = axis + 1},
                                    .dtype = DType::f32});
}

OperandGradients vjp_of_shape_op(Value y, Value d_y) {
  Graph& graph = y.graph();
  const Value x(&graph, y.node().inputs[0]);
  switch (y.node().op) {
    case Op::reshape:
      return {reshape(d_y, x.shape())};
    case Op::transpose: {
      const std::vector<int>& order = y.node().get<TransposeAttributes>().order;
      std::vector<int> inverse(order.size());
      for (std::size_t i = 0; i < order.size(); ++i) {
        inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
      }
      return {transpose(d_y, std::move(inverse))};
    }
    case Op::slice:
      return {pad_with_zeros(d_y, x.shape(), y.node().get<AxisAttributes>())};
    case Op::concat: {
      const int axis = y.node().get<AxisAttributes>().begin;
      OperandGradients gradients;
      std::int64_t first = 0;
      for (const NodeId input : y.node().inputs) {
        const std::int64_t length = graph.node(input).shape[axis].size;
        gradients.push_back(slice(d_y, axis, first, first + length));
        first += length;
      }
      return gradients;
    }
    default:
      ELBO_ASSERT(false);
      return {};
  }
}

}  // namespace elbo
