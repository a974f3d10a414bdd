// Sums and maxima over axes. A node reduces one run of adjacent axes; builders split other sets.
#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/vjp.h"

namespace elbo {
namespace {

/// x's shape with the reduced axes kept as ones (or removed).
Shape reduced_shape(const Shape& shape, const AxisAttributes& axes, bool keep) {
  std::vector<Dim> dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool reduced = axis >= axes.begin && axis < axes.end;
    if (!reduced) dims.push_back(shape[axis]);
    if (reduced && keep) dims.emplace_back(1);
  }
  return Shape(std::move(dims));
}

Value reduce_run(Op op, Value x, int begin, int end) {
  const AxisAttributes axes{.begin = begin, .end = end};
  return x.graph().add({.op = op,
                        .inputs = {x.id()},
                        .shape = reduced_shape(x.shape(), axes, false),
                        .attributes = axes,
                        .dtype = DType::f32});
}

Value reduce(Op op, Value x, std::vector<int> axes) {
  for (int& axis : axes) {
    if (axis < 0) axis += x.shape().rank();
    if (axis < 0 || axis >= x.shape().rank()) {
      throw ShapeError("{}: {} has no axis {}", name_of(op), x.shape().to_string(), axis);
    }
  }
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  // From the last run of adjacent axes to the first, so that earlier axis numbers stay valid.
  while (!axes.empty()) {
    const int end = axes.back() + 1;
    int begin = axes.back();
    axes.pop_back();
    while (!axes.empty() && axes.back() == begin - 1) {
      begin = axes.back();
      axes.pop_back();
    }
    x = reduce_run(op, x, begin, end);
  }
  return x;
}

std::vector<int> all_axes(const Shape& shape, int first) {
  std::vector<int> axes;
  for (int axis = first; axis < shape.rank(); ++axis) axes.push_back(axis);
  return axes;
}

}  // namespace

Value sum(Value x, std::vector<int> axes) {
  return reduce(Op::sum, x, std::move(axes));
}
Value sum(Value x) {
  return sum(x, all_axes(x.shape(), 0));
}
Value max(Value x, std::vector<int> axes) {
  return reduce(Op::max, x, std::move(axes));
}
Value sum_per_example(Value x) {
  return sum(x, all_axes(x.shape(), 1));
}

Value mean_over_batch(Value x) {
  if (x.shape() != Shape{kBatch}) {
    throw ShapeError("mean_over_batch: expected (N), found {}", x.shape().to_string());
  }
  return sum(x) * x.graph().batch_size(-1);
}

Value log_sum_exp(Value x, std::vector<int> axes) {
  for (int& axis : axes) axis = axis < 0 ? axis + x.shape().rank() : axis;
  std::vector<Dim> kept = x.shape().dims();
  for (const int axis : axes) kept.at(static_cast<std::size_t>(axis)) = Dim(1);
  const Value largest = stop_gradient(max(x, axes));
  return log(sum(exp(x - reshape(largest, Shape(kept))), axes)) + largest;
}

OperandGradients vjp_of_reduction(Value y, Value d_y) {
  const Value x(&y.graph(), y.node().inputs[0]);
  const Shape kept = reduced_shape(x.shape(), y.node().get<AxisAttributes>(), true);
  const Value spread = reshape(d_y, kept);
  if (y.node().op == Op::sum) return {broadcast_to(spread, x.shape())};
  ELBO_ASSERT(y.node().op == Op::max);
  return {spread * equal(x, reshape(y, kept))};
}

}  // namespace elbo
