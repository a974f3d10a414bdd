#include "elbo/nn/layers.h"

#include <cmath>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {
namespace {

Value weights_of(const std::string& name, Value x, std::int64_t outputs, WeightInit init) {
  const std::int64_t inputs = x.shape()[-1].size;
  return x.graph().parameter(name, Shape{inputs, outputs},
                             weight_initializer(init, inputs, outputs));
}

Value bias_of(const std::string& name, Value x, std::int64_t outputs) {
  return x.graph().parameter(name + ".bias", Shape{outputs}, {});
}

/// Padding that makes ceil(length / stride) of length; what is odd goes to the end.
Conv2dAttributes same_padding(std::int64_t length, const ConvOptions& options) {
  const std::int64_t result = (length + options.stride - 1) / options.stride;
  const std::int64_t needed = (result - 1) * options.stride + options.kernel - length;
  const std::int64_t total = std::max<std::int64_t>(needed, 0);
  return {options.stride, total / 2, total - total / 2};
}

/// One geometry serves both axes; height and width need the same padding for that.
Conv2dAttributes same_geometry(std::int64_t height, std::int64_t width,
                               const ConvOptions& options) {
  const Conv2dAttributes rows = same_padding(height, options);
  const Conv2dAttributes columns = same_padding(width, options);
  return {.stride = options.stride,
          .padding_begin = std::max(rows.padding_begin, columns.padding_begin),
          .padding_end = std::max(rows.padding_end, columns.padding_end),
          .groups = options.groups};
}

std::int64_t channels_a_group(const std::string& layer, std::int64_t channels,
                              const ConvOptions& options) {
  if (options.groups < 1 || channels % options.groups != 0) {
    throw ShapeError("{}: {} channels can't be divided into {} groups", layer, channels,
                     options.groups);
  }
  return channels / options.groups;
}

/// (N, H, W, C) -> (N, H / size, size, W / size, size, C).
Value cut_into_squares(Value x, std::int64_t size) {
  const Shape shape = x.shape();
  const std::int64_t height = shape[1].size / size, width = shape[2].size / size;
  if (height == 0 || width == 0) {
    throw ShapeError("pool: {} is smaller than a square of {} x {}", shape.to_string(), size, size);
  }
  const Value whole = slice(slice(x, 1, 0, height * size), 2, 0, width * size);
  return reshape(whole, Shape{shape[0], height, size, width, size, shape[3].size});
}

}  // namespace

const std::vector<std::string>& activation_names() {
  static const std::vector<std::string> names = {"relu", "tanh",     "sigmoid", "silu",
                                                 "gelu", "softplus", "elu",     "none"};
  return names;
}

Value activate(const std::string& activation, Value x) {
  if (activation == "relu") return relu(x);
  if (activation == "tanh") return tanh(x);
  if (activation == "sigmoid") return sigmoid(x);
  if (activation == "silu") return x * sigmoid(x);
  // Hendrycks & Gimpel 2016, the approximation by a logistic function.
  if (activation == "gelu") return x * sigmoid(x * 1.702);
  if (activation == "softplus") return softplus(x);
  if (activation == "elu") return relu(x) + minimum(exp(-relu(-x)) - 1.0, x.graph().constant(0));
  if (activation == "none") return x;
  throw UsageError("activation '{}' is not known{}", activation,
                   did_you_mean(activation, activation_names()));
}

WeightInit init_for(const std::string& activation) {
  return activation == "tanh" || activation == "sigmoid" || activation == "none"
             ? WeightInit::glorot
             : WeightInit::he;
}

Initializer weight_initializer(WeightInit init, std::int64_t fan_in, std::int64_t fan_out) {
  if (init == WeightInit::he) {
    return {Initializer::Kind::normal, std::sqrt(2.0 / static_cast<double>(fan_in))};
  }
  if (init == WeightInit::zero) return {};
  return {Initializer::Kind::uniform, std::sqrt(6.0 / static_cast<double>(fan_in + fan_out))};
}

Value dense(const std::string& name, Value x, std::int64_t outputs, WeightInit init) {
  // One after the other: the order in which parameters are made is their order in checkpoints.
  const Value product = matmul(x, weights_of(name + ".weight", x, outputs, init));
  return product + bias_of(name, x, outputs);
}

Value dense(const std::string& name, Value x, Value condition, std::int64_t outputs,
            WeightInit init) {
  if (!condition) return dense(name, x, outputs, init);
  // A condition is one-hot: one weight of each column counts at a time, so the fan-in is one.
  const Value weights =
      x.graph().parameter(name + ".condition_weight", Shape{condition.shape()[1], outputs},
                          {Initializer::Kind::normal, 1.0});
  const Value from_condition = matmul(condition, weights);
  return dense(name, x, outputs, init) + from_condition;
}

Value conv_layer(const std::string& name, Value x, std::int64_t channels,
                 const ConvOptions& options) {
  const std::int64_t kernel = options.kernel;
  const std::int64_t inputs = channels_a_group(name, x.shape()[3].size, options);
  const std::int64_t outputs = channels_a_group(name, channels, options);
  const Value weights = x.graph().parameter(
      name + ".weight", Shape{kernel, kernel, inputs, channels},
      weight_initializer(options.init, kernel * kernel * inputs, kernel * kernel * outputs));
  const Conv2dAttributes geometry = same_geometry(x.shape()[1].size, x.shape()[2].size, options);
  return conv2d(x, weights, geometry) + bias_of(name, x, channels);
}

Value conv_transpose_layer(const std::string& name, Value x, std::int64_t height,
                           std::int64_t width, std::int64_t channels, const ConvOptions& options) {
  const std::int64_t kernel = options.kernel, inputs = x.shape()[3].size;
  const std::int64_t seen_channels = channels_a_group(name, inputs, options);
  const std::int64_t outputs = channels_a_group(name, channels, options);
  // Each output sees about (kernel / stride)^2 inputs of each channel.
  const std::int64_t seen =
      std::max<std::int64_t>(1, kernel * kernel / (options.stride * options.stride));
  const Value weights =
      x.graph().parameter(name + ".weight", Shape{kernel, kernel, outputs, inputs},
                          weight_initializer(options.init, seen * seen_channels, seen * outputs));
  return conv2d_input_gradient(x, weights, height, width, same_geometry(height, width, options)) +
         bias_of(name, x, channels);
}

Value layer_norm(const std::string& name, Value x) {
  const Shape shape = x.shape();
  const std::int64_t last = shape[-1].size;
  std::int64_t length = 1;
  for (int axis = 1; axis < shape.rank(); ++axis) length *= shape[axis].size;
  const Value scale =
      x.graph().parameter(name + ".scale", Shape{last}, {Initializer::Kind::constant, 1.0});
  const Value shift = bias_of(name, x, last);
  const double inverse_length = 1.0 / static_cast<double>(length);
  const Value rows = reshape(x, Shape{shape[0], length});
  const Value centred = rows - expand_dims(sum(rows, {-1}) * inverse_length, -1);
  const Value variance = expand_dims(sum(square(centred), {-1}) * inverse_length, -1);
  return reshape(centred * (1.0 / sqrt(variance + 1e-5)), shape) * scale + shift;
}

Value upsample(Value x, std::int64_t factor) {
  const Shape shape = x.shape();
  const std::int64_t height = shape[1].size, width = shape[2].size, channels = shape[3].size;
  const Value apart = reshape(x, Shape{shape[0], height, 1, width, 1, channels});
  const Value repeated =
      broadcast_to(apart, Shape{shape[0], height, factor, width, factor, channels});
  return reshape(repeated, Shape{shape[0], height * factor, width * factor, channels});
}

Value average_pool(Value x, std::int64_t size) {
  const Value squares = cut_into_squares(x, size);
  return sum(sum(squares, {4}), {2}) * (1.0 / static_cast<double>(size * size));
}

Value max_pool(Value x, std::int64_t size) {
  return max(max(cut_into_squares(x, size), {4}), {2});
}

Value dropout(Value x, double probability) {
  if (probability <= 0) return x;
  const Value kept = less(x.graph().constant(probability), x.graph().random_uniform(x.shape()));
  return x * kept * (1.0 / (1.0 - probability));
}

}  // namespace elbo
