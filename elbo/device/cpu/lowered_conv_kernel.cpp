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

/// Images whose patches are made at once: few enough that these stay in the cache.
constexpr std::int64_t kMostImagesAtOnce = 8;

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
    images_at_once_ = std::clamp<std::int64_t>(g_.y[0] / (2 * threads_), 1, kMostImagesAtOnce);
    product_.kernels = &micro_kernels_for(words);
    product_.rows = images_at_once_ * windows();
    product_.columns = patch;
    product_.a.step_n = product_.run_length = dy.row_words();
    product_.c.step_n = patch;
    note_ = note_on(words);
    dy_ = operand(context, node.inputs[0], dy);
    if (epilogue_.has_bias()) bias_ = context.buffer(epilogue_.bias);
    weights_ = request_panels(context, node.inputs[1], weights, product_);
    last_product_ = product_;
    last_product_.rows = g_.y[0] % images_at_once_ * windows();
  }

  std::int64_t scratch_bytes() const override {
    return threads_ * (patches_at_once() + row_sums()) * static_cast<std::int64_t>(sizeof(float));
  }

  void set_scratch(std::byte* scratch) override { scratch_ = reinterpret_cast<float*>(scratch); }

  void run(const RunContext&) override {
    const std::int64_t blocks = (g_.y[0] + images_at_once_ - 1) / images_at_once_;
    parallel_for(threads_, threads_, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t part = first; part < last; ++part) {
        float* scratch = scratch_ + part * (patches_at_once() + row_sums());
        for (std::int64_t i = blocks * part / threads_; i < blocks * (part + 1) / threads_; ++i) {
          run_block(i * images_at_once_, scratch);
        }
      }
    });
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d_input_gradient, epilogue_.to_string() + " [patches]" + note_);
  }

 private:
  std::int64_t windows() const { return g_.y[1] * g_.y[2]; }
  std::int64_t patches_at_once() const { return images_at_once_ * windows() * product_.columns; }

  /// Windows of a row so far apart don't meet: what they give to a row of the image lies in turns
  /// of so many windows.
  std::int64_t turns() const { return (g_.weights[1] + g_.stride - 1) / g_.stride; }
  /// Floats between windows of a turn.
  std::int64_t turn_step() const { return turns() * g_.stride * g_.x[3]; }
  std::int64_t windows_a_turn() const { return (g_.y[2] + turns() - 1) / turns(); }
  std::int64_t row_sums() const { return windows_a_turn() * turn_step(); }

  void run_block(std::int64_t first, float* scratch) const {
    const std::int64_t images = std::min(images_at_once_, g_.y[0] - first);
    const Product& product = images == images_at_once_ ? product_ : last_product_;
    product.run(dy_.floats() + first * windows() * product_.a.step_n, weights_.floats(), scratch,
                nullptr);
    for (std::int64_t i = 0; i < images; ++i) {
      gather(scratch + i * windows() * product_.columns, scratch + patches_at_once(),
             result_.floats() + (first + i) * g_.x[1] * g_.x[2] * g_.x[3]);
    }
  }

  /// An image of the result: the sum of its patches, row by row.
  void gather(const float* patches, float* sums, float* image) const {
    const std::int64_t height = g_.x[1], row = g_.x[2] * g_.x[3];
    const float* bias = epilogue_.has_bias() ? bias_.floats() : nullptr;
    for (std::int64_t y = 0; y < height; ++y) {
      float* to = image + y * row;
      fill_pixels(to, g_.x[2], g_.x[3], bias);
      for (std::int64_t turn = 0; turn < turns(); ++turn) {
        if (g_.weights[1] * g_.x[3] == 4) {  // the most frequent one, and one vector
          sum_turn<4>(patches, y, turn, sums);
        } else {
          sum_turn<0>(patches, y, turn, sums);
        }
        // Where the turn's first window begins in the row.
        const std::int64_t left = (turn * g_.stride - g_.padding_begin) * g_.x[3];
        const std::int64_t begin = std::max<std::int64_t>(0, left);
        const std::int64_t windows = (g_.y[2] - turn + turns() - 1) / turns();
        const std::int64_t end = std::min(row, left + windows * turn_step());
        for (std::int64_t i = begin; i < end; ++i) to[i] += sums[i - left];
      }
    }
    if (epilogue_.relu) apply_relu(image, height * row);
  }

  /// What a turn's windows give to row y of the image. kRun: floats in a row of a window, or 0 for
  /// any number.
  template <std::int64_t kRun>
  void sum_turn(const float* patches, std::int64_t y, std::int64_t turn,
                float* __restrict sums) const {
    const std::int64_t run = kRun > 0 ? kRun : g_.weights[1] * g_.x[3];
    const std::int64_t step = turn_step(), patch = product_.columns;
    // Rows of windows that meet row y, the lowest first, and which of their rows does.
    const std::int64_t bottom = std::min((y + g_.padding_begin) / g_.stride, g_.y[1] - 1);
    const std::int64_t first_ky = y + g_.padding_begin - bottom * g_.stride;
    std::int64_t count = 0;
    while (count <= bottom && first_ky + count * g_.stride < g_.weights[0]) ++count;
    const float* from = patches + (bottom * g_.y[2] + turn) * patch + first_ky * run;
    const std::int64_t up = g_.stride * run - g_.y[2] * patch;
    for (std::int64_t ox = turn; ox < g_.y[2]; ox += turns()) {
      for (std::int64_t i = 0; i < run; ++i) sums[i] = 0;
      for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t i = 0; i < run; ++i) sums[i] += from[k * up + i];
      }
      for (std::int64_t i = run; i < step; ++i) sums[i] = 0;
      from += turns() * patch;
      sums += step;
    }
  }

  ConvGeometry g_;
  Epilogue epilogue_;
  int threads_;
  /// For as many images as are taken at once, and for those that are left in the end.
  Product product_, last_product_;
  Buffer dy_, weights_, bias_, result_;
  std::string note_;
  std::int64_t images_at_once_ = 1;
  float* scratch_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> make_lowered_conv_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<LoweredConvKernel>(context, group);
}

}  // namespace elbo::cpu
