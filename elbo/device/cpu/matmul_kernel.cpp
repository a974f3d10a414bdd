// Matrix products with their epilogue, through oneDNN.
#include "elbo/base/check.h"
#include "elbo/device/cpu/onednn.h"

namespace elbo::cpu {
namespace {

class MatmulKernel : public OneDnnKernel {
 public:
  MatmulKernel(const KernelContext& context, const Group& group) {
    const NodeId id = group.nodes.front();
    const Node& node = context.node(id);
    const auto [transpose_a, transpose_b] = node.get<MatmulAttributes>();
    const Extents extents = context.extents(id);
    const Extents a_extents = context.extents(node.inputs[0]);
    const std::int64_t rows = extents[0], columns = extents[1];
    const std::int64_t inner = a_extents[transpose_a ? 0 : 1];

    const auto a = f32_desc({rows, inner}, transpose_a ? Extents{1, rows} : Extents{inner, 1});
    const auto b =
        f32_desc({inner, columns}, transpose_b ? Extents{1, inner} : Extents{columns, 1});
    const auto c = f32_desc({rows, columns});
    bool with_relu = false;
    NodeId bias = -1;
    for (const NodeId epilogue : group.nodes) {
      if (context.node(epilogue).op == Op::relu) with_relu = true;
      if (context.node(epilogue).op == Op::add) bias = context.node(epilogue).inputs[1];
    }
    const auto bias_desc = bias < 0 ? dnnl::memory::desc() : f32_desc({1, columns});
    const dnnl::primitive_attr attributes = onednn_attributes(with_relu);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc primitive(onednn_engine(), a, b, bias_desc, c, attributes);
#else
    const dnnl::matmul::desc operation =
        bias < 0 ? dnnl::matmul::desc(a, b, c) : dnnl::matmul::desc(a, b, bias_desc, c);
    const dnnl::matmul::primitive_desc primitive(operation, attributes, onednn_engine());
#endif
    add_input(DNNL_ARG_SRC, context.buffer(node.inputs[0]), a, a);
    add_input(DNNL_ARG_WEIGHTS, context.buffer(node.inputs[1]), b, b);
    if (bias >= 0) add_input(DNNL_ARG_BIAS, context.buffer(bias), bias_desc, bias_desc);
    add_output(DNNL_ARG_DST, context.buffer(group.nodes.back()), c, c);
    set_primitive(dnnl::matmul(primitive), primitive.scratchpad_desc());

    const double flops = 2.0 * static_cast<double>(rows * columns) * static_cast<double>(inner);
    summary_ = {
        .name = "matmul",
        .detail = to_string(Extents{rows, inner}) + (transpose_a ? "^T x " : " x ") +
                  to_string(Extents{inner, columns}) + (transpose_b ? "^T" : "") +
                  (bias >= 0 ? " + bias" : "") + (with_relu ? ", relu" : "") + " [" +
                  primitive.impl_info_str() + "]",
        .flops = flops,
        .bytes = 4.0 * static_cast<double>(rows * inner + inner * columns + rows * columns)};
  }
};

}  // namespace

std::unique_ptr<Kernel> make_matmul_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<MatmulKernel>(context, group);
}

}  // namespace elbo::cpu
