// Layers as graph builders. A layer asks the graph for its parameters by name, so building it twice
// shares them. Weights of dense layers are (in, out); images are (N, H, W, C).
#pragma once

#include <string>
#include <vector>

#include "elbo/graph/ops.h"

namespace elbo {

/// relu, tanh, sigmoid, silu, gelu, softplus, elu or none. Throws UsageError for another name.
Value activate(const std::string& activation, Value x);
const std::vector<std::string>& activation_names();

/// How a layer's first weights are drawn.
enum class WeightInit : std::uint8_t {
  /// N(0, 2 / fan-in): keeps the variance through relu-like activations. He et al. 2015.
  he,
  /// U(-b, b), b = sqrt(6 / (fan-in + fan-out)): for tanh and for outputs. Glorot & Bengio 2010.
  glorot,
  /// Zeros: the layer begins as if it weren't there.
  zero,
};
WeightInit init_for(const std::string& activation);
Initializer weight_initializer(WeightInit init, std::int64_t fan_in, std::int64_t fan_out);

/// x W + b: (N, in) -> (N, outputs). Parameters name.weight (in, outputs) and name.bias (outputs).
Value dense(const std::string& name, Value x, std::int64_t outputs,
            WeightInit init = WeightInit::glorot);
/// x W + c Wc + b: a dense layer of x and a condition side by side, without copying them together.
/// A null condition gives dense().
Value dense(const std::string& name, Value x, Value condition, std::int64_t outputs,
            WeightInit init = WeightInit::glorot);

struct ConvOptions {
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  WeightInit init = WeightInit::he;
  /// Each of so many groups of channels sees its own group alone. Must divide both numbers of
  /// channels; else a ShapeError.
  std::int64_t groups = 1;
};
/// Padded so that a stride of s makes ceil(H / s) x ceil(W / s) of H x W.
Value conv_layer(const std::string& name, Value x, std::int64_t channels,
                 const ConvOptions& options);
/// The transposed convolution: to exactly height x width, which conv_layer with the same options
/// would make x's size of.
Value conv_transpose_layer(const std::string& name, Value x, std::int64_t height,
                           std::int64_t width, std::int64_t channels, const ConvOptions& options);

/// Zero mean and unit variance over all axes but the first, then scale and shift along the last:
/// vectors (N, D), Ba et al. 2016; images (N, H, W, C), where it is group normalisation with one
/// group, Wu & He 2018.
Value layer_norm(const std::string& name, Value x);

/// Images (N, H, W, C) with each pixel repeated to `factor` x `factor`: (N, factor H, factor W, C).
Value upsample(Value x, std::int64_t factor);
/// Means or maxima of `size` x `size` squares that don't overlap: (N, H / size, W / size, C). Rows
/// and columns that don't fill a square are left out.
Value average_pool(Value x, std::int64_t size);
Value max_pool(Value x, std::int64_t size);

/// Sets elements to zero with the given probability and scales the others up. Training only.
Value dropout(Value x, double probability);

}  // namespace elbo
