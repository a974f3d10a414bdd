// The builders of the primitive operations, and the few compositions that everybody needs. Shapes
// are checked here; a ShapeError names the operation and both shapes. Images are (N, H, W, C).
#pragma once

#include <vector>

#include "elbo/graph/graph.h"

namespace elbo {

// ---- Elementwise, broadcasting as in numpy
// -------------------------------------------------------
Value operator+(Value a, Value b);
Value operator-(Value a, Value b);
Value operator*(Value a, Value b);
Value operator/(Value a, Value b);
Value operator-(Value a);
Value operator+(Value a, double b);
Value operator+(double a, Value b);
Value operator-(Value a, double b);
Value operator-(double a, Value b);
Value operator*(Value a, double b);
Value operator*(double a, Value b);
Value operator/(Value a, double b);
Value operator/(double a, Value b);
Value maximum(Value a, Value b);
Value minimum(Value a, Value b);
/// 1 where a < b, else 0. No gradient.
Value less(Value a, Value b);
/// 1 where a == b, else 0. No gradient.
Value equal(Value a, Value b);
/// a where condition is not 0, else b.
Value select(Value condition, Value a, Value b);
Value exp(Value x);
Value log(Value x);
Value sqrt(Value x);
Value tanh(Value x);
/// 1 / (1 + exp(-x)).
Value sigmoid(Value x);
/// log(1 + exp(x)), without overflow.
Value softplus(Value x);
Value relu(Value x);
Value absolute(Value x);
/// x, through which no gradient flows.
Value stop_gradient(Value x);
Value broadcast_to(Value x, const Shape& shape);
Value square(Value x);
/// x limited to [low, high]; the gradient is zero outside.
Value clamp(Value x, double low, double high);

// ---- Contractions
// --------------------------------------------------------------------------------
/// (M, K) x (K, P) -> (M, P), each operand optionally transposed first.
Value matmul(Value a, Value b, bool transpose_a = false, bool transpose_b = false);
/// x (N, H, W, I), weights (KH, KW, I / groups, O) -> (N, OH, OW, O), with OH = (H + padding - KH)
/// / stride + 1. Throws ShapeError where the kernel is larger than the padded image, or groups
/// don't divide I and O.
Value conv2d(Value x, Value weights, const Conv2dAttributes& geometry);
/// The gradient of conv2d with respect to its input, which is the transposed convolution:
/// dy (N, OH, OW, O), weights (KH, KW, I / groups, O) -> (N, H, W, I).
Value conv2d_input_gradient(Value dy, Value weights, std::int64_t height, std::int64_t width,
                            const Conv2dAttributes& geometry);
/// The gradient of conv2d with respect to its weights: x (N, H, W, I), dy (N, OH, OW, O) ->
/// (KH, KW, I / groups, O).
Value conv2d_weight_gradient(Value x, Value dy, std::int64_t kernel_height,
                             std::int64_t kernel_width, const Conv2dAttributes& geometry);

// ---- Reductions: axes are removed; negative axes count from the end
// ------------------------------
Value sum(Value x, std::vector<int> axes);
Value sum(Value x);
Value max(Value x, std::vector<int> axes);
/// Sum over every axis but the first: (N, ...) -> (N).
Value sum_per_example(Value x);
/// Mean over the batch of a value per example: (N) -> ().
Value mean_over_batch(Value x);
/// log(sum(exp(x))) over the axes, without overflow.
Value log_sum_exp(Value x, std::vector<int> axes);

// ---- Shapes
// --------------------------------------------------------------------------------------
Value reshape(Value x, const Shape& shape);
/// Adds an axis of length one before `axis`; axis may be rank() (or -1) to add at the end.
Value expand_dims(Value x, int axis);
Value transpose(Value x, std::vector<int> order);
/// Elements [first, last) along an axis without N.
Value slice(Value x, int axis, std::int64_t first, std::int64_t last);
Value concat(const std::vector<Value>& parts, int axis);

// ---- Lookup
// --------------------------------------------------------------------------------------
/// Rows of a table by index, converted to f32: table (M, D), indices (N) i32 -> (N, D).
/// Indices are trusted: whoever fills them checks them. No gradient.
Value gather(Value table, Value indices);
/// labels (N) -> (N, classes), 1 at the label.
Value one_hot(Value labels, std::int64_t classes);

}  // namespace elbo
