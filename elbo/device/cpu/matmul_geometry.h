// The sizes of a matrix product of the graph, and the two ways to compute it.
#pragma once

#include "elbo/device/cpu/kernel.h"

namespace elbo::cpu {

/// (rows, inner) x (inner, columns); an operand that is transposed is the other way round in
/// memory.
struct MatmulGeometry {
  std::int64_t rows = 0, columns = 0, inner = 0;
  bool transpose_a = false, transpose_b = false;

  /// For the plan's listing; how: its words after the sizes.
  KernelSummary summary(const std::string& how) const;
};

MatmulGeometry matmul_geometry(const KernelContext& context, NodeId id);

/// Over the micro-kernels, operands laid out for them.
std::unique_ptr<Kernel> make_tiled_matmul_kernel(const KernelContext& context, const Group& group);
/// Of few rows or few products an element, operands where they are.
std::unique_ptr<Kernel> make_thin_matmul_kernel(const KernelContext& context, const Group& group);

}  // namespace elbo::cpu
