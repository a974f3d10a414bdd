// conv2d_weight_gradient as a product: row (ky, kx, i) of A is what the windows have at that place,
// one window after the other, a run for each row of windows; B is dy as (N OH OW, O).
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

/// Pairs are of neighbouring windows; laying them out pays from a few channels on, and is not made
/// for very many.
Words words_for(const ConvGeometry& g, Precision precision) {
  constexpr std::int64_t kFewChannels = 8;
  const bool pays = g.x[3] >= kFewChannels && g.x[3] <= kMostPairedChannels;
  return pays ? words_of(precision) : Words::floats;
}

class ConvWeightGradientKernel : public Kernel {
 public:
  ConvWeightGradientKernel(const KernelContext& context, const Group& group)
      : g_(conv_geometry(context, group.nodes.front())),
        words_(words_for(g_, context.precision)),
        result_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    const bool are_pairs = words_ == Words::bf16;
    const std::int64_t channels = g_.y[3];
    OperandLayout x = g_.framed_x(words_);
    OperandLayout dy{
        .layout = Layout::panels, .words = words_, .rows = g_.y[2], .columns = channels};
    dy.matrices = g_.y[0] * g_.y[1];
    dy.groups = g_.groups;
    if (are_pairs) {
      x.layout = Layout::window_pairs;
      x.windows = g_.y[2];
      x.window_step = g_.stride * g_.x[3];
      x.offsets = g_.weights[1];
      x.channels = g_.x[3];
    }
    product_.kernels = &micro_kernels_for(words_);
    product_.rows = g_.weights[0] * g_.weights[1] * g_.weights[2];
    product_.columns = g_.outputs();
    // Rows (ky, kx, i). In the layout of pairs the places of a row of windows lie apart.
    product_.height = g_.weights[1];
    product_.width = g_.weights[2];
    product_.a = {.step_n = x.row_words(),
                  .step_h = are_pairs ? x.pairs() * x.channels : g_.x[3],
                  .step_w = 1};
    product_.a_group = g_.inputs();
    product_.c_group = g_.outputs();
    product_.c.step_w = channels;
    product_.c.step_h = product_.width * channels;
    product_.c.step_n = product_.height * product_.c.step_h;
    product_.run_offsets.clear();
    const std::int64_t height = x.above + x.rows + x.below;
    for (std::int64_t n = 0; n < g_.y[0]; ++n) {
      for (std::int64_t oy = 0; oy < g_.y[1]; ++oy) {
        product_.run_offsets.push_back((n * height + oy * g_.stride) * x.row_words());
      }
    }
    product_.run_length = are_pairs ? x.pairs() : g_.y[2];
    product_.a_step = are_pairs ? g_.x[3] : g_.stride * g_.x[3];
    // Every tile of rows reads its part of x anew.
    product_.block_words = kCachedWords / (g_.stride * x.row_words() + 1) * product_.run_length;
    product_.threads = context.threads;
    x_ = operand(context, node.inputs[0], x);
    dy_ = request_panels(context, node.inputs[1], dy, product_);
  }

  void run(const RunContext&) override {
    product_.run(x_.floats(), dy_.floats(), result_.floats(), nullptr);
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d_weight_gradient, note_on(words_));
  }

 private:
  ConvGeometry g_;
  Words words_;
  Product product_;
  Buffer x_, dy_, result_;
};

}  // namespace

std::unique_ptr<Kernel> make_conv_weight_gradient_kernel(const KernelContext& context,
                                                         const Group& group) {
  return std::make_unique<ConvWeightGradientKernel>(context, group);
}

}  // namespace elbo::cpu
