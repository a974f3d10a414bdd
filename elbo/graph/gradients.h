// Reverse-mode differentiation as a transformation from graph to graph: the result is more nodes,
// which are simplified, fused and planned like any others.
#pragma once

#include <vector>

#include "elbo/graph/graph.h"

namespace elbo {

/// d scalar / d w for each w, as nodes of w's shape (zeros where the scalar doesn't depend on w).
/// Throws ShapeError when `scalar` isn't one. The first builder to call after the objective is
/// built.
std::vector<Value> gradients(Value scalar, const std::vector<Value>& with_respect_to);

/// The same with respect to every parameter of the scalar's graph, in their order.
std::vector<Value> parameter_gradients(Value scalar);

}  // namespace elbo
