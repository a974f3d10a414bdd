// Encoder and decoder bodies by family name: the networks between data and distributions. Heads
// (the last linear map to a distribution's parameters) belong to the models.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/graph/ops.h"

namespace elbo {

/// Height, width and channels of an image; a vector of D elements is (1, 1, D).
struct ImageShape {
  std::int64_t height = 1, width = 1, channels = 1;
  std::int64_t size() const { return height * width * channels; }
  bool operator==(const ImageShape&) const = default;
};

struct NetworkOptions {
  /// "mlp" or "conv".
  std::string family = "mlp";
  /// Widths of the hidden dense layers, from the data's side to the latent's.
  std::vector<std::int64_t> hidden = {400};
  /// conv: channels of the convolutions that halve the image, from the data's side.
  std::vector<std::int64_t> channels = {32, 64};
  std::int64_t kernel = 3;
  std::string activation = "relu";
  /// "none" or "layer": what follows each hidden layer, before the activation.
  std::string normalization = "none";
  /// A dense layer as wide as the one before it adds its result to what it was given. He et al.
  /// 2016.
  bool residual = false;
  /// conv: residual blocks of two convolutions at each size of the image but the first.
  std::int64_t blocks = 0;
  /// Probability that a hidden unit is dropped in training; 0 for none.
  double dropout = 0;
};

const std::vector<std::string>& network_families();

/// (N, D) and an optional condition (N, C) -> features (N, F).
Value encoder_network(const std::string& name, Value x, Value condition, const ImageShape& image,
                      const NetworkOptions& options);
/// z (N, L) and an optional condition -> (N, outputs * D): the first number of every element, then
/// the second of every element, and so on.
Value decoder_network(const std::string& name, Value z, Value condition, const ImageShape& image,
                      std::int64_t outputs, const NetworkOptions& options);

}  // namespace elbo
