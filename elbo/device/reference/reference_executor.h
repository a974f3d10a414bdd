// The reference device: every node computed by the plainest loop there is, in double precision,
// without fusion and without sharing memory. It is the oracle that every other device is tested
// against.
#pragma once

#include <memory>
#include <vector>

#include "elbo/device/executor.h"

namespace elbo {

std::unique_ptr<Executor> make_reference_executor(const Graph& graph,
                                                  const std::vector<PlanOutput>& outputs,
                                                  const float* parameters, std::int64_t batch_size);

/// Evaluates `outputs` with the given values for parameters and inputs (by node id, f64,
/// row-major). Finite differences call this: nothing is rounded to single precision.
std::vector<std::vector<double>> evaluate_in_double(
    const Graph& graph, const std::vector<Value>& outputs, std::int64_t batch_size,
    const std::vector<std::pair<NodeId, std::vector<double>>>& leaves, const RunContext& context);

}  // namespace elbo
