// Matrix products of the graph.
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

class MatmulKernel : public ProductKernel {
 public:
  MatmulKernel(const KernelContext& context, const Group& group) {
    const NodeId id = group.nodes.front();
    const Node& node = context.node(id);
    const auto [transpose_a, transpose_b] = node.get<MatmulAttributes>();
    const Extents result = context.extents(id), a = context.extents(node.inputs[0]);
    const ProductShape shape{.rows = result[0],
                             .inner = a[transpose_a ? 0 : 1],
                             .columns = result[1],
                             .transpose_a = transpose_a,
                             .transpose_b = transpose_b};
    const Epilogue epilogue = epilogue_of(context, group);
    const Operand left = product_operand(context, node.inputs[0]);
    set_product(context, shape, left, product_operand(context, node.inputs[1]),
                context.buffer(group.nodes.back()), epilogue);
    summary_ = {.name = "matmul",
                .detail = shape.to_string() + epilogue.to_string() + precision_suffix(left) + " [" +
                          implementation() + "]",
                .flops = shape.flops(),
                .bytes = shape.bytes()};
  }
};

}  // namespace

std::unique_ptr<Kernel> make_matmul_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<MatmulKernel>(context, group);
}

}  // namespace elbo::cpu
