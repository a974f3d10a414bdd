// The cpu device: fused vectorised maps and reductions of our own, oneDNN for contractions, one
// arena.
#pragma once

#include <memory>
#include <vector>

#include "elbo/device/executor.h"
#include "elbo/device/precision.h"

namespace elbo {

std::unique_ptr<Executor> make_cpu_executor(const Graph& graph,
                                            const std::vector<PlanOutput>& outputs,
                                            const float* parameters, std::int64_t batch_size,
                                            int threads, Precision precision);

bool cpu_has_bf16_instructions();

}  // namespace elbo
