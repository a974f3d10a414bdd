// conv2d_input_gradient, which is also the transposed convolution, as products. Pixels of x whose
// padded coordinates leave the same remainders by the stride meet the same elements of the window:
// they are one product, whose rows are small windows of the framed dy. (Windows run forwards where
// the elements that they meet run backwards.)
#include <algorithm>

#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

/// One axis of one remainder: x = q * stride + first_x meets window elements first_tap + t * stride
/// in y = q - t, for q from first_q on and t from 0 to taps.
struct Phase {
  Phase(const ConvGeometry& g, std::size_t axis, std::int64_t remainder) {
    const std::int64_t stride = g.stride, padding = g.padding_begin, size = g.x[axis];
    first_tap = remainder;
    taps = std::max<std::int64_t>(0, (g.weights[axis - 1] - remainder + stride - 1) / stride);
    first_q = std::max<std::int64_t>(0, (padding - remainder + stride - 1) / stride);
    const std::int64_t last = size - 1 + padding - remainder;
    count = last < 0 ? 0 : std::max<std::int64_t>(0, last / stride - first_q + 1);
    first_x = first_q * stride + remainder - padding;
  }
  /// Rows or columns of dy that are missing before its first and after its last.
  std::int64_t before() const { return std::max<std::int64_t>(0, taps - 1 - first_q); }
  std::int64_t after(std::int64_t size) const {
    return std::max<std::int64_t>(0, first_q + count - size);
  }
  bool is_empty() const { return taps == 0 || count == 0; }

  std::int64_t first_tap, taps, first_q, count, first_x;
};

class ConvInputGradientKernel : public Kernel {
 public:
  ConvInputGradientKernel(const KernelContext& context, const Group& group)
      : g_(conv_geometry(context, group.nodes.front())),
        words_(conv_words(g_, Op::conv2d_input_gradient, context.precision)),
        epilogue_(epilogue_of(context, group)),
        x_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
    OperandLayout dy{.layout = Layout::rows,
                     .words = words_,
                     .rows = g_.y[1],
                     .columns = g_.y[2] * g_.y[3],
                     .matrices = g_.y[0]};
    std::vector<Phase> down, across;
    for (std::int64_t remainder = 0; remainder < g_.stride; ++remainder) {
      down.emplace_back(g_, 1, remainder);
      across.emplace_back(g_, 2, remainder);
      dy.above = std::max(dy.above, down.back().before());
      dy.below = std::max(dy.below, down.back().after(g_.y[1]));
      dy.before = std::max(dy.before, across.back().before() * g_.y[3]);
      dy.after = std::max(dy.after, across.back().after(g_.y[2]) * g_.y[3]);
    }
    dy_ = operand(context, node.inputs[0], dy);
    Product common{.kernels = &micro_kernels_for(words_), .columns = g_.inputs()};
    common.relu = epilogue_.relu;
    common.c_is_bf16 = context.is_narrow(group.nodes.back());
    common.threads = context.threads;
    weights_ = request_panels(context, node.inputs[1],
                              {.layout = Layout::panels_of_taps,
                               .words = words_,
                               .rows = g_.inputs(),
                               .columns = g_.y[3],
                               .matrices = g_.weights[0] * g_.weights[1],
                               .window_width = g_.weights[1],
                               .stride = g_.stride,
                               .groups = g_.groups},
                              common);
    // In the order in which the copy has the elements of the window.
    std::int64_t taps = 0;
    for (const Phase& vertical : down) {
      for (const Phase& horizontal : across) {
        leaves_gaps_ |= vertical.taps == 0 || horizontal.taps == 0;
        if (!vertical.is_empty() && !horizontal.is_empty()) {
          add_part(common, dy, vertical, horizontal, taps);
        }
        taps += vertical.taps * horizontal.taps;
      }
    }
  }

  void run(const RunContext&) override {
    const float* bias = epilogue_.has_bias() ? bias_.floats() : nullptr;
    if (leaves_gaps_) {
      // Pixels that no window touches (windows narrower than the stride) have the bias alone.
      fill_pixels(x_.floats(), g_.x[0] * g_.x[1] * g_.x[2], g_.x[3], bias);
      if (epilogue_.relu) apply_relu(x_.floats(), element_count(g_.x));
    }
    for (const Part& part : parts_) {
      part.product.run(dy_.floats() + part.a_begin, weights_.floats() + part.b_begin,
                       part.product.in_c(x_.floats(), part.c_begin), bias);
    }
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d_input_gradient, epilogue_.to_string() + note_on(words_));
  }

 private:
  /// The product of one pair of remainders.
  struct Part {
    Product product;
    std::int64_t a_begin, b_begin, c_begin;
  };

  /// taps: elements of the window before those of this part.
  void add_part(const Product& common, const OperandLayout& dy, const Phase& down,
                const Phase& across, std::int64_t taps) {
    const std::int64_t row = dy.row_words(), channels = g_.x[3];
    const std::int64_t word = words_ == Words::bf16 ? 2 : 1;
    const std::int64_t pixel = g_.y[3] / word, read = g_.outputs() / word;
    const std::int64_t left = dy.before / g_.y[3];
    Part part{.product = common, .a_begin = 0, .b_begin = 0, .c_begin = 0};
    Product& product = part.product;
    product.rows = g_.x[0] * down.count * across.count;
    product.images_at_once = images_at_once(*product.kernels);
    product.height = down.count;
    product.width = across.count;
    product.a = {.step_n = dy.matrix_words(), .step_h = row, .step_w = pixel};
    product.c = {.step_n = g_.x[1] * g_.x[2] * channels,
                 .step_h = g_.stride * g_.x[2] * channels,
                 .step_w = g_.stride * channels};
    read_windows(
        {.height = down.taps, .width = across.taps, .row = row, .pixel = pixel, .read = read},
        product);
    product.a_group = read;
    product.c_group = g_.inputs();
    part.a_begin = (down.first_q - (down.taps - 1) + dy.above) * row +
                   (across.first_q - (across.taps - 1) + left) * pixel;
    part.b_begin = taps * read * product.b_stride;
    part.c_begin = (down.first_x * g_.x[2] + across.first_x) * channels;
    parts_.push_back(std::move(part));
  }

  ConvGeometry g_;
  Words words_;
  Epilogue epilogue_;
  Buffer dy_, weights_, bias_, x_;
  std::vector<Part> parts_;
  bool leaves_gaps_ = false;
};

}  // namespace

std::unique_ptr<Kernel> make_conv_input_gradient_kernel(const KernelContext& context,
                                                        const Group& group) {
  if (prefers_patches(conv_geometry(context, group.nodes.front()))) {
    return make_lowered_conv_kernel(context, group);
  }
  return std::make_unique<ConvInputGradientKernel>(context, group);
}

}  // namespace elbo::cpu
