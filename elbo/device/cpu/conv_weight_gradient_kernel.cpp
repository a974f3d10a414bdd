// conv2d_weight_gradient as a product: row (ky, kx, i) of A is what the windows have at that place,
// one window after the other; B is dy as (N OH OW, O).
//
// In words of bfloat16, which are pairs along the inner dimension, pixels of two images make a
// pair. Images and slopes lie in planes of the same size, so that the inner dimension is all pixels
// of all planes: a place of the window is a phase of the image, from some pixel on. Where a plane
// has pixels that are no window's, its slopes are zero.
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

class ConvWeightGradientKernel : public Kernel {
 public:
  ConvWeightGradientKernel(const KernelContext& context, const Group& group)
      : g_(conv_geometry(context, group.nodes.front())),
        words_(conv_words(g_, Op::conv2d_weight_gradient, context.precision)),
        result_(context.buffer(group.nodes.back())) {
    product_.kernels = &micro_kernels_for(words_);
    product_.rows = g_.weights[0] * g_.weights[1] * g_.weights[2];
    product_.columns = g_.outputs();
    product_.c.step_n = g_.y[3];
    product_.c_group = g_.outputs();
    product_.threads = context.threads;
    const auto& inputs = context.node(group.nodes.front()).inputs;
    if (words_ == Words::bf16) {
      read_planes(context, inputs[0], inputs[1]);
    } else {
      read_windows(context, inputs[0], inputs[1]);
    }
    product_.inner_parts = parts_of(product_);
  }

  std::int64_t scratch_bytes() const override {
    return product_.partial_sums() * static_cast<std::int64_t>(sizeof(float));
  }

  void set_scratch(std::byte* scratch) override { partial_ = reinterpret_cast<float*>(scratch); }

  void run(const RunContext&) override {
    product_.run(x_.floats(), dy_.floats(), result_.floats(), nullptr, partial_);
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d_weight_gradient, note_on(words_));
  }

 private:
  /// Pixels are many and weights are few. A thread that reads some of the pixels for all weights
  /// reads them once, and often those that it has laid out itself.
  static std::int64_t parts_of(const Product& product) {
    constexpr std::int64_t kMostParts = 8, kLeastWords = 512;
    const auto runs = static_cast<std::int64_t>(product.run_offsets.size());
    const std::int64_t most = runs > 1 ? std::min(runs, kMostParts) : kMostParts;
    const std::int64_t side = std::max({product.rows, product.columns, kLeastWords});
    std::int64_t parts = 1;
    while (2 * parts <= most && product.inner() >= 4 * side * parts) parts *= 2;
    return parts;
  }

  /// An offset in A for each row (ky, kx, i).
  template <typename Offset>
  void set_rows(const Offset& offset) {
    for (std::int64_t ky = 0; ky < g_.weights[0]; ++ky) {
      for (std::int64_t kx = 0; kx < g_.weights[1]; ++kx) {
        for (std::int64_t i = 0; i < g_.inputs(); ++i) {
          product_.a_rows.push_back(offset(ky, kx, i));
        }
      }
    }
  }

  void read_windows(const KernelContext& context, NodeId x_id, NodeId dy_id) {
    const OperandLayout x = g_.framed_x(words_);
    const OperandLayout dy{.layout = Layout::panels,
                           .words = words_,
                           .rows = g_.y[2],
                           .columns = g_.y[3],
                           .matrices = g_.y[0] * g_.y[1],
                           .groups = g_.groups};
    set_rows([&](std::int64_t ky, std::int64_t kx, std::int64_t i) {
      return ky * x.row_words() + kx * g_.x[3] + i;
    });
    product_.a_group = g_.inputs();
    product_.run_offsets.clear();
    for (std::int64_t n = 0; n < g_.y[0]; ++n) {
      for (std::int64_t oy = 0; oy < g_.y[1]; ++oy) {
        product_.run_offsets.push_back(n * x.matrix_words() + oy * g_.stride * x.row_words());
      }
    }
    product_.run_length = g_.y[2];
    product_.a_step = g_.stride * g_.x[3];
    // Every tile of rows reads its part of x anew.
    product_.block_words = kCachedWords / (g_.stride * x.row_words() + 1) * product_.run_length;
    x_ = operand(context, x_id, x);
    dy_ = request_panels(context, dy_id, dy, product_);
  }

  void read_planes(const KernelContext& context, NodeId x_id, NodeId dy_id) {
    OperandLayout x{.layout = Layout::phases_of_image_pairs,
                    .words = words_,
                    .rows = g_.x[1],
                    .columns = g_.x[2] * g_.x[3],
                    .matrices = g_.x[0],
                    .above = g_.padding_begin,
                    .before = g_.padding_begin * g_.x[3],
                    .channels = g_.x[3],
                    .plane_height = plane_length(g_, 1),
                    .plane_width = plane_length(g_, 2),
                    .stride = g_.stride,
                    .inner_unit = product_.kernels->inner_words};
    OperandLayout dy{.layout = Layout::image_pairs,
                     .words = words_,
                     .rows = g_.y[1],
                     .columns = g_.y[2] * g_.y[3],
                     .matrices = g_.y[0],
                     .channels = g_.y[3],
                     .plane_height = x.plane_height,
                     .plane_width = x.plane_width,
                     .groups = g_.groups,
                     .inner_unit = x.inner_unit};
    set_rows([&](std::int64_t ky, std::int64_t kx, std::int64_t i) {
      const std::int64_t phase = ky % g_.stride * g_.stride + kx % g_.stride;
      return (phase * x.channels + i) * x.row_words() + ky / g_.stride * x.plane_width +
             kx / g_.stride;
    });
    product_.a_group = g_.inputs() * x.row_words();
    product_.run_length = x.inner_pixels();
    x_ = context.copies.request(context.root(x_id), x);
    dy_ = request_panels(context, dy_id, dy, product_);
  }

  ConvGeometry g_;
  Words words_;
  Product product_;
  Buffer x_, dy_, result_;
  float* partial_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> make_conv_weight_gradient_kernel(const KernelContext& context,
                                                         const Group& group) {
  return std::make_unique<ConvWeightGradientKernel>(context, group);
}

}  // namespace elbo::cpu
