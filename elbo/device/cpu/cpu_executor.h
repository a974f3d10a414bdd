// The cpu device: fused, vectorised maps and reductions, products over micro-kernels, one arena.
// Subnormal numbers are taken for zero.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "elbo/device/executor.h"
#include "elbo/device/precision.h"

namespace elbo {

struct CpuOptions {
  std::int64_t batch_size = 1;
  int threads = 1;
  Precision precision = Precision::fp32;
  ParameterChanges parameter_changes = ParameterChanges::anytime;
};

std::unique_ptr<Executor> make_cpu_executor(const Graph& graph,
                                            const std::vector<PlanOutput>& outputs,
                                            const float* parameters, const CpuOptions& options);

bool cpu_has_bf16_instructions();

/// The instruction sets in use: "AVX2", "AVX3, bf16", "AVX3, bf16 by AMX", "NEON".
std::string cpu_instructions();

}  // namespace elbo
