// A matrix product of few rows or few products an element, whose operands are read where they are.
#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/matmul_geometry.h"
#include "elbo/device/cpu/thin_product.h"

namespace elbo::cpu {
namespace {

class ThinMatmulKernel : public Kernel {
 public:
  ThinMatmulKernel(const KernelContext& context, const Group& group)
      : g_(matmul_geometry(context, group.nodes.front())),
        epilogue_(epilogue_of(context, group)),
        product_({.rows = g_.rows,
                  .columns = g_.columns,
                  .inner = g_.inner,
                  .a_row = g_.transpose_a ? 1 : g_.inner,
                  .a_step = g_.transpose_a ? g_.rows : 1,
                  .b_is_transposed = g_.transpose_b,
                  .relu = epilogue_.relu,
                  .threads = context.threads}),
        c_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    a_ = context.buffer(node.inputs[0]);
    b_ = context.buffer(node.inputs[1]);
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
  }

  void run(const RunContext&) override {
    product_.run(a_.floats(), b_.floats(), c_.floats(),
                 epilogue_.has_bias() ? bias_.floats() : nullptr);
  }

  KernelSummary summary() const override {
    return g_.summary(epilogue_.to_string() + " [in place]");
  }

 private:
  MatmulGeometry g_;
  Epilogue epilogue_;
  ThinProduct product_;
  Buffer a_, b_, c_, bias_;
};

}  // namespace

std::unique_ptr<Kernel> make_thin_matmul_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<ThinMatmulKernel>(context, group);
}

}  // namespace elbo::cpu
