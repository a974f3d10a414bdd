// Convolutions as a matrix product with the patches of the images (Chellapilla, Puri & Simard
// 2006). P holds a row for each element of y's plane and, in it, the patch of x that it sees, in
// the order of the weights (KH, KW, I):
//
//   conv2d                   y = P W               P gathered from x before the product
//   conv2d_input_gradient    P = dy W^T            dx is P scattered back, added where patches meet
//   conv2d_weight_gradient   dW = P^T dy           P gathered from x
//
// Patches take KH KW / stride^2 times the memory of x, so this pays where x has few channels: there
// oneDNN's own kernels leave most of each vector unused.
#include <algorithm>
#include <cstring>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

/// Copies between images and their patches, an image a thread at a time.
class Patches {
 public:
  Patches(ConvGeometry geometry, int threads) : g_(std::move(geometry)), threads_(threads) {}

  std::int64_t rows() const { return g_.y[0] * g_.y[1] * g_.y[2]; }
  std::int64_t columns() const { return g_.weights[0] * g_.weights[1] * g_.weights[2]; }
  std::int64_t bytes() const {
    return rows() * columns() * static_cast<std::int64_t>(sizeof(float));
  }

  void gather(const float* x, float* patches) const {
    for_each_run([&](std::int64_t image_at, std::int64_t patch_at,
                     std::int64_t count) { std::copy_n(x + image_at, count, patches + patch_at); },
                 [&](std::int64_t patch_at, std::int64_t count) {
                   std::fill_n(patches + patch_at, count, 0.0f);
                 });
  }

  void scatter(const float* patches, float* x) const {
    const std::int64_t image = g_.x[1] * g_.x[2] * g_.x[3];
    parallel_for(threads_, g_.x[0], 1, [&](std::int64_t first, std::int64_t last) {
      std::fill(x + first * image, x + last * image, 0.0f);
    });
    for_each_run(
        [&](std::int64_t image_at, std::int64_t patch_at, std::int64_t count) {
          float* to = x + image_at;
          const float* from = patches + patch_at;
          for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
        },
        [](std::int64_t, std::int64_t) {});
  }

 private:
  /// For every row of every patch: inside(where it begins in the images, where it begins in the
  /// patches, floats) for the part that lies in the image, outside(where, floats) for the rest.
  template <typename Inside, typename Outside>
  void for_each_run(const Inside& inside, const Outside& outside) const {
    const std::int64_t height = g_.x[1], width = g_.x[2], channels = g_.x[3];
    const std::int64_t kernel_height = g_.weights[0], kernel_width = g_.weights[1];
    const std::int64_t run = kernel_width * channels;
    parallel_for(threads_, g_.x[0], 1, [&](std::int64_t first, std::int64_t last) {
      std::int64_t patch = first * g_.y[1] * g_.y[2] * kernel_height * run;
      for (std::int64_t n = first; n < last; ++n) {
        for (std::int64_t oy = 0; oy < g_.y[1]; ++oy) {
          for (std::int64_t ox = 0; ox < g_.y[2]; ++ox) {
            const std::int64_t left = ox * g_.stride - g_.padding_begin;
            const std::int64_t begin = std::clamp<std::int64_t>(-left, 0, kernel_width);
            const std::int64_t end = std::clamp<std::int64_t>(width - left, begin, kernel_width);
            for (std::int64_t ky = 0; ky < kernel_height; ++ky, patch += run) {
              const std::int64_t y = oy * g_.stride - g_.padding_begin + ky;
              if (y < 0 || y >= height) {
                outside(patch, run);
                continue;
              }
              if (begin > 0) outside(patch, begin * channels);
              inside(((n * height + y) * width + left + begin) * channels, patch + begin * channels,
                     (end - begin) * channels);
              if (end < kernel_width) {
                outside(patch + end * channels, (kernel_width - end) * channels);
              }
            }
          }
        }
      }
    });
  }

  ConvGeometry g_;
  int threads_;
};

class LoweredConvKernel : public ProductKernel {
 public:
  LoweredConvKernel(const KernelContext& context, const Group& group)
      : op_(context.node(group.nodes.front()).op),
        patches_(conv_geometry(context, group.nodes.front()), context.threads) {
    const Node& node = context.node(group.nodes.front());
    const ConvGeometry g = conv_geometry(context, group.nodes.front());
    const Buffer first = context.buffer(node.inputs[0]), second = context.buffer(node.inputs[1]);
    const Buffer result = context.buffer(group.nodes.back());
    const Buffer patches(&patches_address_);
    const std::int64_t rows = patches_.rows(), columns = patches_.columns(), channels = g.y[3];
    const Epilogue epilogue = epilogue_of(context, group);
    ProductShape shape;
    if (op_ == Op::conv2d) {
      images_ = first;
      shape = {.rows = rows, .inner = columns, .columns = channels};
      set_product(context, shape, {patches}, {second}, result, epilogue);
    } else if (op_ == Op::conv2d_input_gradient) {
      images_ = result;
      shape = {.rows = rows, .inner = channels, .columns = columns, .transpose_b = true};
      set_product(context, shape, {first}, {second}, patches, epilogue);
    } else {
      images_ = first;
      shape = {.rows = columns, .inner = rows, .columns = channels, .transpose_a = true};
      set_product(context, shape, {patches}, {second}, result, epilogue);
    }
    summary_ = {
        .name = name_of(op_),
        .detail = g.to_string() + epilogue.to_string() + " [patches, " + implementation() + "]",
        .flops = g.flops(),
        .bytes = g.bytes()};
    patches_offset_ = OneDnnKernel::scratch_bytes();
  }

  std::int64_t scratch_bytes() const override { return patches_offset_ + patches_.bytes(); }

  void set_scratch(std::byte* scratch) override {
    OneDnnKernel::set_scratch(scratch);
    patches_address_ = scratch + patches_offset_;
  }

  void run(const RunContext& context) override {
    const Buffer patches(&patches_address_);
    const bool scatters = op_ == Op::conv2d_input_gradient;
    if (!scatters) patches_.gather(images_.floats(), patches.floats());
    OneDnnKernel::run(context);
    if (scatters) patches_.scatter(patches.floats(), images_.floats());
  }

 private:
  Op op_;
  Patches patches_;
  Buffer images_;
  std::byte* patches_address_ = nullptr;
  std::int64_t patches_offset_ = 0;
};

}  // namespace

bool prefers_lowering(const KernelContext& context, const Group& group) {
  // Measured (docs/performance.md): with up to four channels the gradient with respect to the
  // images is several times faster this way; the others are oneDNN's at any count.
  constexpr std::int64_t kFewChannels = 4;
  const NodeId id = group.nodes.front();
  return context.node(id).op == Op::conv2d_input_gradient &&
         conv_geometry(context, id).x[3] <= kFewChannels;
}

std::unique_ptr<Kernel> make_lowered_conv_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<LoweredConvKernel>(context, group);
}

}  // namespace elbo::cpu
