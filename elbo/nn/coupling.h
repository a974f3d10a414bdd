// Affine coupling layers: invertible maps whose Jacobian is triangular. Dinh, Sohl-Dickstein &
// Bengio 2017, "Density estimation using Real NVP", eqs. 4-8.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/graph/ops.h"

namespace elbo {

/// Of the coupling layers, and of the autoregressive ones (autoregressive.h).
struct FlowOptions {
  std::int64_t layers = 6;
  /// Widths of each layer's network.
  std::vector<std::int64_t> hidden = {128};
};

struct FlowResult {
  /// (N, L).
  Value value;
  /// log |det| of the map's Jacobian, in nats: (N).
  Value log_determinant;
};

/// x (N, L), L at least 2; a layer changes one half of the elements given the other, the halves
/// take turns -> through all layers. With its first weights it is the identity.
/// Parameters are named name.layer1.dense1.weight and so on.
FlowResult coupling_flow(const std::string& name, Value x, const FlowOptions& options);
/// The map back, with the same parameters: (N, L) -> (N, L). Its log-determinant is minus the
/// other's, at the other's argument.
Value coupling_flow_inverse(const std::string& name, Value y, const FlowOptions& options);

}  // namespace elbo
