#include "elbo/nn/network.h"

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/nn/layers.h"

namespace elbo {
namespace {

std::string numbered(const std::string& name, const char* layer, std::size_t i) {
  return name + "." + layer + std::to_string(i + 1);
}

Value finish_layer(const std::string& name, Value x, const NetworkOptions& options) {
  if (options.normalization == "layer") x = layer_norm(name + ".norm", x);
  return dropout(activate(options.activation, x), options.dropout);
}

Value hidden_layers(const std::string& name, Value x, Value condition,
                    const std::vector<std::int64_t>& widths, const NetworkOptions& options) {
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string layer = numbered(name, "dense", i);
    const Value y = finish_layer(
        layer,
        dense(layer, x, i == 0 ? condition : Value(), widths[i], init_for(options.activation)),
        options);
    const bool skips = options.residual && i > 0 && widths[i] == widths[i - 1];
    x = skips ? x + y : y;
  }
  return x;
}

/// Image sizes before each halving convolution, and after the last.
std::vector<ImageShape> conv_pyramid(const ImageShape& image, const NetworkOptions& options) {
  std::vector<ImageShape> sizes{image};
  for (const std::int64_t channels : options.channels) {
    const ImageShape& last = sizes.back();
    sizes.push_back({(last.height + 1) / 2, (last.width + 1) / 2, channels});
  }
  return sizes;
}

/// As many images as x has rows: N, or KN with K samples an example.
Shape images_like(Value x, const ImageShape& image) {
  return Shape{x.shape()[0], image.height, image.width, image.channels};
}

ConvOptions halving(const NetworkOptions& options) {
  return {.kernel = options.kernel, .stride = 2, .init = init_for(options.activation)};
}

/// x + conv(act(conv(act(x)))), with normalisation before each activation: He et al. 2016b. The
/// second convolution begins small, so that the block begins close to the identity.
Value residual_block(const std::string& name, Value x, const NetworkOptions& options) {
  const std::int64_t channels = x.shape()[3].size;
  const auto activated = [&](const std::string& layer, Value y) {
    if (options.normalization == "layer") y = layer_norm(layer + ".norm", y);
    return activate(options.activation, y);
  };
  constexpr ConvOptions kConv{.kernel = 3};
  const Value first = conv_layer(name + ".conv1", activated(name + ".conv1", x), channels, kConv);
  const Value second =
      conv_layer(name + ".conv2", activated(name + ".conv2", first), channels, kConv);
  const Value gain =
      x.graph().parameter(name + ".gain", Shape{channels}, {Initializer::Kind::constant, 0.1});
  return x + second * gain;
}

Value residual_blocks(const std::string& name, Value x, const NetworkOptions& options) {
  for (std::int64_t i = 0; i < options.blocks; ++i) {
    x = residual_block(numbered(name, "block", static_cast<std::size_t>(i)), x, options);
  }
  return x;
}

Value conv_encoder(const std::string& name, Value x, const ImageShape& image,
                   const NetworkOptions& options) {
  x = reshape(x, images_like(x, image));
  for (std::size_t i = 0; i < options.channels.size(); ++i) {
    const std::string layer = numbered(name, "conv", i);
    x = finish_layer(layer, conv_layer(layer, x, options.channels[i], halving(options)), options);
    x = residual_blocks(layer, x, options);
  }
  return reshape(x, Shape{x.shape()[0], conv_pyramid(image, options).back().size()});
}

Value conv_decoder(const std::string& name, Value x, const ImageShape& image, std::int64_t outputs,
                   const NetworkOptions& options) {
  const std::vector<ImageShape> sizes = conv_pyramid(image, options);
  x = dense(name + ".unflatten", x, sizes.back().size(), init_for(options.activation));
  x = reshape(activate(options.activation, x), images_like(x, sizes.back()));
  for (std::size_t i = options.channels.size(); i-- > 0;) {
    const ImageShape& target = sizes[i];
    const std::string layer = numbered(name, "deconv", i);
    x = residual_blocks(layer, x, options);
    const std::int64_t channels = i == 0 ? image.channels * outputs : target.channels;
    ConvOptions layer_options = halving(options);
    // An even kernel touches every output equally often: no checkerboard.
    layer_options.kernel += layer_options.kernel % 2;
    if (i == 0) layer_options.init = WeightInit::glorot;
    x = conv_transpose_layer(layer, x, target.height, target.width, channels, layer_options);
    if (i > 0) x = finish_layer(layer, x, options);
  }
  // Channels hold one number of every channel, then the next number; the result wants images one
  // after another.
  std::vector<Value> parts;
  for (std::int64_t i = 0; i < outputs; ++i) {
    const Value part = slice(x, 3, i * image.channels, (i + 1) * image.channels);
    parts.push_back(reshape(part, Shape{x.shape()[0], image.size()}));
  }
  return concat(parts, 1);
}

void check_family(const NetworkOptions& options) {
  if (options.family != "mlp" && options.family != "conv") {
    throw UsageError("network family '{}' is not known{}", options.family,
                     did_you_mean(options.family, network_families()));
  }
}

}  // namespace

const std::vector<std::string>& network_families() {
  static const std::vector<std::string> families = {"mlp", "conv"};
  return families;
}

Value encoder_network(const std::string& name, Value x, Value condition, const ImageShape& image,
                      const NetworkOptions& options) {
  check_family(options);
  if (options.family == "conv") x = conv_encoder(name, x, image, options);
  return hidden_layers(name, x, condition, options.hidden, options);
}

Value decoder_network(const std::string& name, Value z, Value condition, const ImageShape& image,
                      std::int64_t outputs, const NetworkOptions& options) {
  check_family(options);
  const std::vector<std::int64_t> widths(options.hidden.rbegin(), options.hidden.rend());
  const Value h = hidden_layers(name, z, condition, widths, options);
  if (options.family == "conv") return conv_decoder(name, h, image, outputs, options);
  return dense(name + ".output", h, image.size() * outputs);
}

}  // namespace elbo
