// Which values a plan in bfloat16 stores in half the memory: those that only products read, which
// would round them anyway.
#pragma once

#include <vector>

#include "elbo/device/cpu/kernel.h"

namespace elbo::cpu {

/// By node id, true for roots. context.narrow is not read.
std::vector<bool> narrow_values(const KernelContext& context,
                                const std::vector<PlanOutput>& outputs);

}  // namespace elbo::cpu
