#include "elbo/device/cpu/matmul_geometry.h"

#include <fmt/format.h>

namespace elbo::cpu {
namespace {

/// Where laying out B for the micro-kernels costs more than the product: measured, 4 rows take
/// three quarters of the time, 8 as long. With a short inner dimension it is the tiles' own
/// beginning and end that cost more.
bool is_thin(const MatmulGeometry& g) {
  constexpr std::int64_t kFew = 4, kLongRow = 32;
  if (g.transpose_b) return g.rows <= kFew && !g.transpose_a;
  return g.rows <= kFew || (g.inner <= kFew && g.columns >= kLongRow);
}

}  // namespace

KernelSummary MatmulGeometry::summary(const std::string& how) const {
  const auto matrix = [](std::int64_t down, std::int64_t across, bool transposed) {
    return fmt::format("({}, {}){}", transposed ? across : down, transposed ? down : across,
                       transposed ? "^T" : "");
  };
  return {.name = name_of(Op::matmul),
          .detail =
              matrix(rows, inner, transpose_a) + " x " + matrix(inner, columns, transpose_b) + how,
          .flops = 2.0 * static_cast<double>(rows * columns * inner),
          .bytes = 4.0 * static_cast<double>(rows * inner + inner * columns + rows * columns)};
}

MatmulGeometry matmul_geometry(const KernelContext& context, NodeId id) {
  const Node& node = context.node(id);
  const auto [transpose_a, transpose_b] = node.get<MatmulAttributes>();
  const Extents result = context.extents(id), a = context.extents(node.inputs[0]);
  return {.rows = result[0],
          .columns = result[1],
          .inner = a[transpose_a ? 0 : 1],
          .transpose_a = transpose_a,
          .transpose_b = transpose_b};
}

std::unique_ptr<Kernel> make_matmul_kernel(const KernelContext& context, const Group& group) {
  const NodeId id = group.nodes.front();
  // A parameter that stays is laid out once and for all; other precisions round their operands.
  const bool b_is_laid_out = context.precision != Precision::fp32 ||
                             context.is_fixed(context.root(context.node(id).inputs[1]));
  return !b_is_laid_out && is_thin(matmul_geometry(context, id))
             ? make_thin_matmul_kernel(context, group)
             : make_tiled_matmul_kernel(context, group);
}

}  // namespace elbo::cpu
