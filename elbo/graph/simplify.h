// Algebra on the way into the graph: a node that equals something simpler is never appended.
#pragma once

#include "elbo/graph/graph.h"

namespace elbo {

/// The simpler value that `node` equals, or null. Rules keep shapes: folded scalars, x + 0, x * 1,
/// x * 0, double negation, products of scalars, reshapes of reshapes, transposed operands of
/// products, broadcasts that the consumer does itself.
Value simplify(Graph& graph, Node& node);

}  // namespace elbo
