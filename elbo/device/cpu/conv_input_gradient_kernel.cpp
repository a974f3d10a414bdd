// conv2d_input_gradient, which is also the transposed convolution, as products. Pixels of x whose
// padded coordinates leave the same remainders by the stride meet the same elements of the window:
// they are one product, whose rows are small windows of the framed dy. (Windows run forwards where
// the elements that they meet run backwards.)
#include <algorithm>
#include <cstring>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/epilogue.h"
#include "elbo/device/cpu/micro_kernel.h"
#include "elbo/device/cpu/pack.h"
#include "elbo/device/cpu/product.h"

namespace elbo::cpu {
namespace {

/// Pairs run along the channels of dy.
Words words_for(const ConvGeometry& g, Precision precision) {
  return g.y[3] % 2 == 0 ? words_of(precision) : Words::floats;
}

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
        words_(words_for(g_, context.precision)),
        epilogue_(epilogue_of(context, group)),
        threads_(context.threads),
        panel_(micro_kernels_for(words_).columns),
        x_(context.buffer(group.nodes.back())) {
    const Node& node = context.node(group.nodes.front());
    weights_ = context.buffer(node.inputs[1]);
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
    for (const Phase& vertical : down) {
      for (const Phase& horizontal : across) {
        leaves_gaps_ |= vertical.taps == 0 || horizontal.taps == 0;
        if (!vertical.is_empty() && !horizontal.is_empty()) add_part(dy, vertical, horizontal);
      }
    }
  }

  std::int64_t scratch_bytes() const override { return weight_words_ * 4; }
  void set_scratch(std::byte* scratch) override {
    packed_ = reinterpret_cast<std::uint32_t*>(scratch);
  }

  void run(const RunContext&) override {
    if (leaves_gaps_) fill_gaps();
    pack_weights();
    for (const Part& part : parts_) {
      part.product.run(dy_.floats() + part.a_begin,
                       reinterpret_cast<const float*>(packed_ + part.b_begin),
                       x_.floats() + part.c_begin, epilogue_.has_bias() ? bias_.floats() : nullptr);
    }
  }

  KernelSummary summary() const override {
    return g_.summary(Op::conv2d_input_gradient,
                      epilogue_.to_string() + (words_ == Words::bf16 ? ", bf16" : ""));
  }

 private:
  /// The product of one pair of remainders.
  struct Part {
    Product product;
    std::int64_t a_begin, b_begin, c_begin;
    /// Elements of the window, in the order of the product's inner dimension.
    std::vector<std::int64_t> taps;
  };

  std::int64_t word() const { return words_ == Words::bf16 ? 2 : 1; }
  /// Words of one tap in a panel of B.
  std::int64_t tap_words() const { return g_.y[3] / word() * panel_; }

  void add_part(const OperandLayout& dy, const Phase& down, const Phase& across) {
    const std::int64_t row = dy.row_words(), channels = g_.x[3];
    const std::int64_t left = dy.before / g_.y[3];
    Part part{};
    part.product = {.kernels = &micro_kernels_for(words_),
                    .rows = g_.x[0] * down.count * across.count,
                    .columns = channels,
                    .height = down.count,
                    .width = across.count};
    Product& product = part.product;
    product.a = {
        .step_n = (dy.above + dy.rows + dy.below) * row, .step_h = row, .step_w = g_.y[3] / word()};
    product.c = {.step_n = g_.x[1] * g_.x[2] * channels,
                 .step_h = g_.stride * g_.x[2] * channels,
                 .step_w = g_.stride * channels};
    product.run_offsets.clear();
    for (std::int64_t t = 0; t < down.taps; ++t) product.run_offsets.push_back(t * row);
    product.run_length = across.taps * g_.y[3] / word();
    product.b_stride = panel_;
    product.panel_step = down.taps * across.taps * tap_words();
    product.relu = epilogue_.relu;
    product.threads = threads_;
    part.a_begin = (down.first_q - (down.taps - 1) + dy.above) * row +
                   (across.first_q - (across.taps - 1) + left) * g_.y[3] / word();
    part.b_begin = weight_words_;
    part.c_begin = (down.first_x * g_.x[2] + across.first_x) * channels;
    for (std::int64_t ty = down.taps - 1; ty >= 0; --ty) {
      for (std::int64_t tx = across.taps - 1; tx >= 0; --tx) {
        part.taps.push_back((down.first_tap + ty * g_.stride) * g_.weights[1] + across.first_tap +
                            tx * g_.stride);
      }
    }
    weight_words_ += (channels + panel_ - 1) / panel_ * product.panel_step;
    parts_.push_back(std::move(part));
  }

  /// For each part and panel, the transposed matrices (I, O) of its taps.
  void pack_weights() const {
    const std::int64_t channels = g_.x[3], panels = (channels + panel_ - 1) / panel_;
    const std::int64_t matrix = channels * g_.y[3];
    for (const Part& part : parts_) {
      const auto taps = static_cast<std::int64_t>(part.taps.size());
      const std::int64_t grain = kGrain / (tap_words() + 1) + 1;
      parallel_for(threads_, panels * taps, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const std::int64_t first = i / taps * panel_, rows = std::min(channels - first, panel_);
          std::uint32_t* to = packed_ + part.b_begin + i * tap_words();
          if (rows < panel_) {
            std::memset(to, 0, static_cast<std::size_t>(tap_words()) * sizeof(*to));
          }
          transpose_into_panel(words_,
                               weights_.floats() +
                                   part.taps[static_cast<std::size_t>(i % taps)] * matrix +
                                   first * g_.y[3],
                               rows, g_.y[3], to, panel_);
        }
      });
    }
  }

  /// Pixels that no window touches (windows narrower than the stride) have the bias alone.
  void fill_gaps() const {
    const std::int64_t pixels = g_.x[0] * g_.x[1] * g_.x[2], channels = g_.x[3];
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
      float value = epilogue_.has_bias() ? bias_.floats()[i % channels] : 0;
      if (epilogue_.relu && value < 0) value = 0;
      x_.floats()[i] = value;
    }
  }

  /// Words that are worth a thread.
  static constexpr std::int64_t kGrain = 4096;

  ConvGeometry g_;
  Words words_;
  Epilogue epilogue_;
  int threads_;
  std::int64_t panel_;
  Buffer dy_, weights_, bias_, x_;
  std::vector<Part> parts_;
  std::int64_t weight_words_ = 0;
  bool leaves_gaps_ = false;
  std::uint32_t* packed_ = nullptr;
};

/// Columns of the product are channels of x: with few, most of each vector would idle.
bool prefers_patches(const ConvGeometry& g) {
  constexpr std::int64_t kFewChannels = 4;
  return g.x[3] <= kFewChannels;
}

}  // namespace

std::unique_ptr<Kernel> make_conv_input_gradient_kernel(const KernelContext& context,
                                                        const Group& group) {
  if (prefers_patches(conv_geometry(context, group.nodes.front()))) {
    return make_lowered_conv_kernel(context, group);
  }
  return std::make_unique<ConvInputGradientKernel>(context, group);
}

}  // namespace elbo::cpu
