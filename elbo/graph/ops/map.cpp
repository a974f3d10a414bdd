// Elementwise operations: shapes by broadcasting, and their gradients.
#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/graph/vjp.h"

namespace elbo {
namespace {

Value unary(Op op, Value x) {
  return x.graph().add(
      {.op = op, .inputs = {x.id()}, .shape = x.shape(), .attributes = {}, .dtype = DType::f32});
}

Value binary(Op op, Value a, Value b) {
  ELBO_ASSERT(&a.graph() == &b.graph());
  return a.graph().add({.op = op,
                        .inputs = {a.id(), b.id()},
                        .shape = broadcast(a.shape(), b.shape(), name_of(op)),
                        .attributes = {},
                        .dtype = DType::f32});
}

Value scalar(Value like, double value) {
  return like.graph().constant(value);
}

/// Sums d_result over the axes along which an operand of the given shape was broadcast.
Value sum_to(Value d_result, const Shape& shape) {
  const int extra = d_result.shape().rank() - shape.rank();
  std::vector<int> axes;
  for (int axis = 0; axis < d_result.shape().rank(); ++axis) {
    if (axis < extra || (shape[axis - extra].is_one() && !d_result.shape()[axis].is_one())) {
      axes.push_back(axis);
    }
  }
  return reshape(sum(d_result, axes), shape);
}

}  // namespace

Value operator+(Value a, Value b) {
  return binary(Op::add, a, b);
}
Value operator-(Value a, Value b) {
  return binary(Op::subtract, a, b);
}
Value operator*(Value a, Value b) {
  return binary(Op::multiply, a, b);
}
Value operator/(Value a, Value b) {
  return binary(Op::divide, a, b);
}
Value operator-(Value a) {
  return unary(Op::negate, a);
}
Value operator+(Value a, double b) {
  return a + scalar(a, b);
}
Value operator+(double a, Value b) {
  return scalar(b, a) + b;
}
Value operator-(Value a, double b) {
  return a - scalar(a, b);
}
Value operator-(double a, Value b) {
  return scalar(b, a) - b;
}
Value operator*(Value a, double b) {
  return a * scalar(a, b);
}
Value operator*(double a, Value b) {
  return scalar(b, a) * b;
}
Value operator/(Value a, double b) {
  return a * scalar(a, 1.0 / b);
}
Value operator/(double a, Value b) {
  return scalar(b, a) / b;
}
Value maximum(Value a, Value b) {
  return binary(Op::maximum, a, b);
}
Value minimum(Value a, Value b) {
  return binary(Op::minimum, a, b);
}
Value less(Value a, Value b) {
  return binary(Op::less, a, b);
}
Value equal(Value a, Value b) {
  return binary(Op::equal, a, b);
}

Value select(Value condition, Value a, Value b) {
  const Shape shape =
      broadcast(condition.shape(), broadcast(a.shape(), b.shape(), "select"), "select");
  return a.graph().add({.op = Op::select,
                        .inputs = {condition.id(), a.id(), b.id()},
                        .shape = shape,
                        .attributes = {},
                        .dtype = DType::f32});
}

Value exp(Value x) {
  return unary(Op::exp, x);
}
Value log(Value x) {
  return unary(Op::log, x);
}
Value sqrt(Value x) {
  return unary(Op::sqrt, x);
}
Value tanh(Value x) {
  return unary(Op::tanh, x);
}
Value sigmoid(Value x) {
  return unary(Op::sigmoid, x);
}
Value softplus(Value x) {
  return unary(Op::softplus, x);
}
Value relu(Value x) {
  return unary(Op::relu, x);
}
Value absolute(Value x) {
  return unary(Op::absolute, x);
}
Value stop_gradient(Value x) {
  return unary(Op::stop_gradient, x);
}

Value broadcast_to(Value x, const Shape& shape) {
  if (broadcast(x.shape(), shape, "broadcast_to") != shape) {
    throw ShapeError("broadcast_to: {} does not broadcast to {}", x.shape().to_string(),
                     shape.to_string());
  }
  return x.graph().add({.op = Op::broadcast_to,
                        .inputs = {x.id()},
                        .shape = shape,
                        .attributes = {},
                        .dtype = DType::f32});
}

Value square(Value x) {
  return x * x;
}

Value clamp(Value x, double low, double high) {
  return minimum(maximum(x, scalar(x, low)), scalar(x, high));
}

Value gather(Value table, Value indices) {
  if (table.shape().rank() != 2 || indices.shape().rank() != 1) {
    throw ShapeError("gather: expected a table (M, D) and indices (N), found {} and {}",
                     table.shape().to_string(), indices.shape().to_string());
  }
  ELBO_ASSERT(indices.node().dtype == DType::i32);
  return table.graph().add({.op = Op::gather,
                            .inputs = {table.id(), indices.id()},
                            .shape = Shape{indices.shape()[0], table.shape()[1]},
                            .attributes = {},
                            .dtype = DType::f32});
}

Value one_hot(Value labels, std::int64_t classes) {
  std::vector<double> indices;
  for (std::int64_t i = 0; i < classes; ++i) indices.push_back(static_cast<double>(i));
  return equal(expand_dims(labels, -1), labels.graph().constant(indices, Shape{classes}));
}

// Where a gradient can be written with the result instead of the operand (relu, tanh, sigmoid, exp,
// sqrt) it is: then the operand need not outlive the forward pass.
OperandGradients vjp_of_map(Value y, Value d_y) {
  Graph& graph = y.graph();
  const auto operand = [&](std::size_t i) { return Value(&graph, y.node().inputs[i]); };
  const auto to = [&](std::size_t i, Value gradient) {
    return sum_to(gradient, operand(i).shape());
  };
  switch (y.node().op) {
    case Op::add:
      return {to(0, d_y), to(1, d_y)};
    case Op::subtract:
      return {to(0, d_y), to(1, -d_y)};
    case Op::multiply:
      return {to(0, d_y * operand(1)), to(1, d_y * operand(0))};
    case Op::divide:
      return {to(0, d_y / operand(1)), to(1, -(d_y * y) / operand(1))};
    case Op::maximum: {
      const Value second = less(operand(0), operand(1));
      return {to(0, d_y * (1.0 - second)), to(1, d_y * second)};
    }
    case Op::minimum: {
      const Value second = less(operand(1), operand(0));
      return {to(0, d_y * (1.0 - second)), to(1, d_y * second)};
    }
    case Op::select: {
      const Value zero = graph.constant(0);
      return {Value(), to(1, select(operand(0), d_y, zero)), to(2, select(operand(0), zero, d_y))};
    }
    case Op::negate:
      return {-d_y};
    case Op::exp:
      return {d_y * y};
    case Op::log:
      return {d_y / operand(0)};
    case Op::sqrt:
      return {d_y * 0.5 / y};
    case Op::tanh:
      return {d_y * (1.0 - y * y)};
    case Op::sigmoid:
      return {d_y * (y * (1.0 - y))};
    case Op::softplus:
      return {d_y * sigmoid(operand(0))};
    case Op::relu:
      return {d_y * less(graph.constant(0), y)};
    case Op::absolute: {
      const Value zero = graph.constant(0);
      return {d_y * (less(zero, operand(0)) - less(operand(0), zero))};
    }
    case Op::broadcast_to:
      return {to(0, d_y)};
    case Op::less:
    case Op::equal:
    case Op::gather:
      return {Value(), Value()};
    default:
      return {Value()};
  }
}

}  // namespace elbo
