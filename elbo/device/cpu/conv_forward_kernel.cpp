// conv2d as a product: row (n, oy, ox) of A is the window of the framed x that y[n, oy, ox] sees, a
// run for each row of the window; B is the weights as (KH KW I, O). A group is such a product on a
// part of the channels, whose windows have a run for each pixel. Where whole registers are to
// be filled, windows of few channels are copied.
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

class ConvForwardKernel : public Kernel {
 public:
  ConvForwardKernel(const KernelContext& context, const Group& group)
      : g_(conv_geometry(context, group.nodes.front())),
        words_(conv_words(g_, Op::conv2d, context.precision)),
        epilogue_(epilogue_of(context, group)),
        y_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    product_.kernels = &micro_kernels_for(words_);
    product_.rows = g_.y[0] * g_.y[1] * g_.y[2];
    product_.columns = g_.outputs();
    product_.c_group = g_.outputs();
    product_.relu = epilogue_.relu;
    product_.c_is_bf16 = context.is_narrow(group.nodes.back());
    product_.threads = context.threads;
    OperandLayout weights{.layout = Layout::panels,
                          .words = words_,
                          .rows = g_.weights[0] * g_.weights[1] * g_.inputs(),
                          .columns = g_.y[3],
                          .groups = g_.groups};
    if (words_ == Words::bf16 && sees_patches(g_)) {
      weights.inner_unit = product_.kernels->inner_words;
      product_.b_ends_with_zeros = true;
      see_patches(context, node.inputs[0]);
    } else {
      see_windows(context, node.inputs[0]);
    }
    weights_ = request_panels(context, node.inputs[1], weights, product_);
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
  }

  void run(const RunContext&) override {
    product_.run(x_.floats(), weights_.floats(), y_.floats(),
                 epilogue_.has_bias() ? bias_.floats() : nullptr);
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d, epilogue_.to_string() + note_on(words_));
  }

 private:
  /// The framed x, where it lies.
  void see_windows(const KernelContext& context, NodeId x_id) {
    const OperandLayout x = g_.framed_x(words_);
    const std::int64_t word = words_ == Words::bf16 ? 2 : 1, row = x.row_words();
    const std::int64_t channels = g_.y[3], read = g_.inputs() / word;
    product_.images_at_once = images_at_once(*product_.kernels);
    product_.height = g_.y[1];
    product_.width = g_.y[2];
    product_.a = {.step_n = x.matrix_words(),
                  .step_h = g_.stride * row,
                  .step_w = g_.stride * g_.x[3] / word};
    product_.c = {
        .step_n = g_.y[1] * g_.y[2] * channels, .step_h = g_.y[2] * channels, .step_w = channels};
    read_windows({.height = g_.weights[0],
                  .width = g_.weights[1],
                  .row = row,
                  .pixel = g_.x[3] / word,
                  .read = read},
                 product_);
    product_.a_group = read;
    x_ = operand(context, x_id, x);
  }

  /// What each window sees, laid out as a row.
  void see_patches(const KernelContext& context, NodeId x_id) {
    OperandLayout x = g_.framed_x(words_);
    x.layout = Layout::patches;
    x.channels = g_.x[3];
    x.plane_height = g_.y[1];
    x.plane_width = g_.y[2];
    x.window_height = g_.weights[0];
    x.window_width = g_.weights[1];
    x.stride = g_.stride;
    x.inner_unit = product_.kernels->inner_words;
    product_.a.step_n = product_.run_length = x.row_words();
    product_.c.step_n = g_.y[3];
    x_ = context.copies.request(context.root(x_id), x);
  }

  ConvGeometry g_;
  Words words_;
  Epilogue epilogue_;
  Product product_;
  Buffer x_, weights_, bias_, y_;
};

}  // namespace

std::unique_ptr<Kernel> make_conv_forward_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<ConvForwardKernel>(context, group);
}

}  // namespace elbo::cpu
