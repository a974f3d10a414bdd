#include "elbo/nn/coupling.h"

#include <utility>

#include "elbo/base/error.h"
#include "elbo/nn/layers.h"

namespace elbo {
namespace {

/// One layer scales by at most exp(2): no step of training can make the map explode.
constexpr double kLogScaleBound = 2;

struct Affine {
  Value log_scale;
  Value shift;
};

/// The halves as they pass through the layers; they are put together only at the end.
struct Halves {
  Value first, second;
  Halves(const char* what, Value x) {
    const std::int64_t length = x.shape()[-1].size, middle = length / 2;
    if (length < 2) {
      throw ShapeError("{}: expected at least 2 elements on the last axis, found {}", what,
                       x.shape().to_string());
    }
    first = slice(x, 1, 0, middle);
    second = slice(x, 1, middle, length);
  }
  /// What layer i changes, and what it sees.
  std::pair<Value&, Value&> of_layer(std::int64_t i) {
    if (i % 2 == 0) return {second, first};
    return {first, second};
  }
};

Affine affine(const std::string& name, std::int64_t layer, Value seen, std::int64_t length,
              const FlowOptions& options) {
  const std::string prefix = name + ".layer" + std::to_string(layer + 1);
  Value h = seen;
  for (std::size_t i = 0; i < options.hidden.size(); ++i) {
    h = relu(
        dense(prefix + ".dense" + std::to_string(i + 1), h, options.hidden[i], WeightInit::he));
  }
  const Value both = dense(prefix + ".output", h, 2 * length, WeightInit::zero);
  return {.log_scale = tanh(slice(both, 1, 0, length) * (1 / kLogScaleBound)) * kLogScaleBound,
          .shift = slice(both, 1, length, 2 * length)};
}

}  // namespace

FlowResult coupling_flow(const std::string& name, Value x, const FlowOptions& options) {
  Halves halves("coupling_flow", x);
  Value log_determinant;
  for (std::int64_t i = 0; i < options.layers; ++i) {
    const auto [changed, seen] = halves.of_layer(i);
    const Affine map = affine(name, i, seen, changed.shape()[1].size, options);
    changed = changed * exp(map.log_scale) + map.shift;
    const Value part = sum(map.log_scale, {-1});
    log_determinant = log_determinant ? log_determinant + part : part;
  }
  return {.value = concat({halves.first, halves.second}, 1), .log_determinant = log_determinant};
}

Value coupling_flow_inverse(const std::string& name, Value y, const FlowOptions& options) {
  Halves halves("coupling_flow_inverse", y);
  for (std::int64_t i = options.layers; i-- > 0;) {
    const auto [changed, seen] = halves.of_layer(i);
    const Affine map = affine(name, i, seen, changed.shape()[1].size, options);
    changed = (changed - map.shift) * exp(-map.log_scale);
  }
  return concat({halves.first, halves.second}, 1);
}

}  // namespace elbo
