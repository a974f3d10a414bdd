// A transposed convolution (conv2d_input_gradient) as a matrix product (after Chellapilla, Puri &
// Simard 2006): P = dy W^T holds, for each element of y's plane, the patch of x that it gives to,
// in the order of the weights (KH, KW, I); dx is P scattered, added where patches meet. Patches
// take KH KW / stride^2 times the memory of x, so this pays where x has few channels: there a
// product with one column a channel leaves most of each vector unused.
#include <algorithm>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

/// A few numbers, four at a time.
inline void add(const float* __restrict from, std::int64_t count, float* __restrict to) {
  for (; count >= 4; count -= 4, from += 4, to += 4) {
    for (int i = 0; i < 4; ++i) to[i] += from[i];
  }
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

class LoweredConvKernel : public Kernel {
 public:
  LoweredConvKernel(const KernelContext& context, const Group& group)
      : g_(conv_geometry(context, group.nodes.front())),
        epilogue_(epilogue_of(context, group)),
        threads_(context.threads),
        result_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    const std::int64_t patch = g_.weights[0] * g_.weights[1] * g_.weights[2];
    const Words words = conv_words(g_, Op::conv2d_input_gradient, context.precision);
    const OperandLayout dy{.layout = Layout::rows,
                           .words = words,
                           .rows = g_.y[0] * g_.y[1] * g_.y[2],
                           .columns = g_.y[3]};
    const OperandLayout weights{
        .layout = Layout::panels_of_transpose, .words = words, .rows = patch, .columns = g_.y[3]};
    product_.kernels = &micro_kernels_for(words);
    product_.rows = dy.rows;
    product_.columns = patch;
    product_.a.step_n = product_.run_length = dy.row_words();
    product_.c.step_n = patch;
    product_.threads = threads_;
    note_ = note_on(words);
    dy_ = operand(context, node.inputs[0], dy);
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
    weights_ = request_panels(context, node.inputs[1], weights, product_);
  }

  std::int64_t scratch_bytes() const override {
    return product_.rows * product_.columns * static_cast<std::int64_t>(sizeof(float));
  }

  void set_scratch(std::byte* scratch) override { patches_ = reinterpret_cast<float*>(scratch); }

  void run(const RunContext&) override {
    product_.run(dy_.floats(), weights_.floats(), patches_, nullptr);
    parallel_for(threads_, g_.x[0], 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t n = first; n < last; ++n) scatter(n);
    });
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d_input_gradient, epilogue_.to_string() + " [patches]" + note_);
  }

 private:
  /// Image n of the result: the sum of its patches.
  void scatter(std::int64_t n) const {
    const std::int64_t height = g_.x[1], width = g_.x[2], channels = g_.x[3];
    const std::int64_t kernel_width = g_.weights[1], run = kernel_width * channels;
    const std::int64_t patches_an_image = g_.y[1] * g_.y[2];
    float* image = result_.floats() + n * height * width * channels;
    const float* row = patches_ + n * patches_an_image * g_.weights[0] * run;
    fill_pixels(image, height * width, channels, epilogue_.has_bias() ? bias_.floats() : nullptr);
    for (std::int64_t oy = 0; oy < g_.y[1]; ++oy) {
      for (std::int64_t ox = 0; ox < g_.y[2]; ++ox) {
        // The columns of the kernel that meet the image.
        const std::int64_t left = ox * g_.stride - g_.padding_begin;
        const std::int64_t begin = std::clamp<std::int64_t>(-left, 0, kernel_width);
        const std::int64_t end = std::clamp<std::int64_t>(width - left, begin, kernel_width);
        for (std::int64_t ky = 0; ky < g_.weights[0]; ++ky, row += run) {
          const std::int64_t y = oy * g_.stride - g_.padding_begin + ky;
          if (y < 0 || y >= height) continue;
          float* target = image + (y * width + left) * channels;
          add(row + begin * channels, (end - begin) * channels, target + begin * channels);
        }
      }
    }
    if (epilogue_.relu) apply_relu(image, height * width * channels);
  }

  ConvGeometry g_;
  Epilogue epilogue_;
  int threads_;
  Product product_;
  Buffer dy_, weights_, bias_, result_;
  std::string note_;
  float* patches_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> make_lowered_conv_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<LoweredConvKernel>(context, group);
}

}  // namespace elbo::cpu
