// The reference computation of one node.
#pragma once

#include <vector>

#include "elbo/device/executor.h"

namespace elbo {

/// Values of all nodes computed so far, by node id.
using ReferenceValues = std::vector<std::vector<double>>;

/// The elements of node `id`, from its operands' elements in `values`. Not for parameters and
/// inputs.
std::vector<double> reference_kernel(const Graph& graph, NodeId id, const ReferenceValues& values,
                                     std::int64_t batch_size, const RunContext& context);

}  // namespace elbo
