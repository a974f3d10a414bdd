#include "elbo/nn/autoregressive.h"

#include <algorithm>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/nn/layers.h"

namespace elbo {
namespace {

/// As in the coupling layers.
constexpr double kLogScaleBound = 2;

/// A unit sees the elements whose degree is at most its own; elements have degrees 1 to L.
using Degrees = std::vector<std::int64_t>;

Degrees element_degrees(std::int64_t latent, bool reversed) {
  Degrees degrees;
  for (std::int64_t i = 0; i < latent; ++i) degrees.push_back(reversed ? latent - i : i + 1);
  return degrees;
}

/// 1 to L - 1 in turn: a hidden unit that saw all elements could serve none of the outputs.
Degrees hidden_degrees(std::int64_t width, std::int64_t latent) {
  const std::int64_t most = std::max<std::int64_t>(1, latent - 1);
  Degrees degrees;
  for (std::int64_t i = 0; i < width; ++i) degrees.push_back(i % most + 1);
  return degrees;
}

/// Hidden units see degrees up to their own; an output only those before its element.
Value masked_dense(const std::string& name, Value x, const Degrees& from, const Degrees& to,
                   bool is_output) {
  Graph& graph = x.graph();
  const auto inputs = static_cast<std::int64_t>(from.size());
  const auto outputs = static_cast<std::int64_t>(to.size());
  std::vector<double> mask;
  for (const std::int64_t in : from) {
    for (const std::int64_t out : to) mask.push_back(in < out || (!is_output && in == out));
  }
  const Value weights = graph.parameter(
      name + ".weight", Shape{inputs, outputs},
      is_output ? Initializer{} : weight_initializer(WeightInit::he, inputs, outputs));
  const Value masked = weights * graph.constant(std::move(mask), Shape{inputs, outputs});
  return matmul(x, masked) + graph.parameter(name + ".bias", Shape{outputs}, {});
}

}  // namespace

FlowResult autoregressive_flow(const std::string& name, Value z, Value context,
                               const FlowOptions& options) {
  const std::int64_t latent = z.shape()[1].size, context_size = context.shape()[1].size;
  Value log_determinant;
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    const std::string prefix = name + ".layer" + std::to_string(layer + 1);
    const Degrees elements = element_degrees(latent, layer % 2 == 1);
    Degrees degrees = elements;
    Value h = z;
    for (std::size_t i = 0; i < options.hidden.size(); ++i) {
      const std::string dense_name = prefix + ".dense" + std::to_string(i + 1);
      const Degrees next = hidden_degrees(options.hidden[i], latent);
      h = masked_dense(dense_name, h, degrees, next, false);
      if (i == 0) {
        h = h + matmul(context,
                       z.graph().parameter(
                           dense_name + ".context_weight", Shape{context_size, options.hidden[i]},
                           weight_initializer(WeightInit::he, context_size, options.hidden[i])));
      }
      h = relu(h);
      degrees = next;
    }
    const Value scale = masked_dense(prefix + ".log_scale", h, degrees, elements, true);
    const Value log_scale = tanh(scale * (1 / kLogScaleBound)) * kLogScaleBound;
    z = z * exp(log_scale) + masked_dense(prefix + ".shift", h, degrees, elements, true);
    const Value part = sum(log_scale, {-1});
    log_determinant = log_determinant ? log_determinant + part : part;
  }
  return {.value = z, .log_determinant = log_determinant};
}

}  // namespace elbo
