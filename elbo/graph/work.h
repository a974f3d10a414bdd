// How much there is to compute, before anything is planned.
#pragma once

#include <cstdint>
#include <vector>

#include "elbo/graph/graph.h"

namespace elbo {

/// Floating-point operations of all matrix products and convolutions that the outputs need, for a
/// batch of that size. The rest is small beside them.
double contraction_flops(const Graph& graph, const std::vector<Value>& outputs,
                         std::int64_t batch_size);

/// The same of a step that trains: each contraction has two gradients that cost what it does.
inline double training_flops(const Graph& graph, Value loss, std::int64_t batch_size) {
  return 3 * contraction_flops(graph, {loss}, batch_size);
}

}  // namespace elbo
