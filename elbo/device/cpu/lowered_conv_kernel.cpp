// A transposed convolution (conv2d_input_gradient) as a matrix product (after Chellapilla, Puri &
// Simard 2006): P = dy W^T holds, for each element of y's plane, the patch of x that it gives to,
// in the order of the weights (KH, KW, I); dx is P scattered, added where patches meet. Patches
// take KH KW / stride^2 times the memory of x, so this pays where x has few channels: there
// oneDNN's own kernel leaves most of each vector unused.
#include <algorithm>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

class LoweredConvKernel : public ProductKernel {
 public:
  LoweredConvKernel(const KernelContext& context, const Group& group)
      : g_(conv_geometry(context, group.nodes.front())),
        threads_(context.threads),
        result_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    const std::int64_t patch = g_.weights[0] * g_.weights[1] * g_.weights[2];
    const ProductShape shape{.rows = g_.y[0] * g_.y[1] * g_.y[2],
                             .inner = g_.y[3],
                             .columns = patch,
                             .transpose_b = true};
    set_product(context, shape, {context.buffer(node.inputs[0])}, {context.buffer(node.inputs[1])},
                Buffer(&patches_), {});
    summary_ = {.name = name_of(node.op),
                .detail = g_.to_string() + " [patches, " + implementation() + "]",
                .flops = g_.flops(),
                .bytes = g_.bytes()};
    patches_offset_ = OneDnnKernel::scratch_bytes();
    patches_bytes_ = shape.rows * patch * static_cast<std::int64_t>(sizeof(float));
  }

  std::int64_t scratch_bytes() const override { return patches_offset_ + patches_bytes_; }

  void set_scratch(std::byte* scratch) override {
    OneDnnKernel::set_scratch(scratch);
    patches_ = scratch + patches_offset_;
  }

  void run(const RunContext& context) override {
    OneDnnKernel::run(context);
    parallel_for(threads_, g_.x[0], 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t n = first; n < last; ++n) scatter(n);
    });
  }

 private:
  /// Image n of the result: the sum of its patches.
  void scatter(std::int64_t n) const {
    const std::int64_t height = g_.x[1], width = g_.x[2], channels = g_.x[3];
    const std::int64_t kernel_width = g_.weights[1], run = kernel_width * channels;
    const std::int64_t patches_an_image = g_.y[1] * g_.y[2];
    float* image = result_.floats() + n * height * width * channels;
    const float* row = Buffer(&patches_).floats() + n * patches_an_image * g_.weights[0] * run;
    std::fill_n(image, height * width * channels, 0.0f);
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
          for (std::int64_t i = begin * channels; i < end * channels; ++i) target[i] += row[i];
        }
      }
    }
  }

  ConvGeometry g_;
  int threads_;
  Buffer result_;
  std::byte* patches_ = nullptr;
  std::int64_t patches_offset_ = 0, patches_bytes_ = 0;
};

}  // namespace

bool prefers_lowering(const KernelContext& context, const Group& group) {
  // Measured (docs/performance.md): with few channels this is several times faster; with many it
  // is no faster than oneDNN's own kernel, nor are the other two convolutions at any count.
  constexpr std::int64_t kFewChannels = 4;
  const NodeId id = group.nodes.front();
  return context.node(id).op == Op::conv2d_input_gradient &&
         conv_geometry(context, id).x[3] <= kFewChannels;
}

std::unique_ptr<Kernel> make_lowered_conv_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<LoweredConvKernel>(context, group);
}

}  // namespace elbo::cpu
