#include "elbo/device/cpu/conv_geometry.h"

#include <algorithm>

#include "elbo/device/cpu/product.h"

namespace elbo::cpu {

OperandLayout ConvGeometry::framed_x(Words words) const {
  const auto none_below_zero = [](std::int64_t padding) {
    return std::max<std::int64_t>(padding, 0);
  };
  return {.layout = Layout::rows,
          .words = words,
          .rows = x[1],
          .columns = x[2] * x[3],
          .matrices = x[0],
          .above = padding_begin,
          .below = none_below_zero(padding_end(1)),
          .before = padding_begin * x[3],
          .after = none_below_zero(padding_end(2)) * x[3]};
}

double ConvGeometry::flops() const {
  return 2.0 * static_cast<double>(element_count(y)) *
         static_cast<double>(weights[0] * weights[1] * weights[2]);
}

double ConvGeometry::bytes() const {
  return 4.0 * static_cast<double>(element_count(x) + element_count(weights) + element_count(y));
}

std::string ConvGeometry::to_string() const {
  return elbo::to_string(x) + " * " + elbo::to_string(weights) + " -> " + elbo::to_string(y) +
         (groups > 1 ? " in " + std::to_string(groups) + " groups" : "");
}

KernelSummary ConvGeometry::summary(Op op, const std::string& how) const {
  return {.name = name_of(op), .detail = to_string() + how, .flops = flops(), .bytes = bytes()};
}

void read_windows(const ConvWindow& window, Product& product) {
  const bool is_in_one_piece = window.read == window.pixel;
  product.run_length = is_in_one_piece ? window.width * window.pixel : window.read;
  product.run_offsets.clear();
  for (std::int64_t y = 0; y < window.height; ++y) {
    for (std::int64_t x = 0; x < (is_in_one_piece ? 1 : window.width); ++x) {
      product.run_offsets.push_back(y * window.row + x * window.pixel);
    }
  }
}

std::int64_t images_at_once(const MicroKernels& kernels) {
  return kernels.prefers_rows_of_a ? kernels.rows : 1;
}

ConvGeometry conv_geometry(const KernelContext& context, NodeId id) {
  const Node& node = context.node(id);
  const auto attributes = node.get<Conv2dAttributes>();
  ConvGeometry geometry{.x = context.extents(node.inputs[0]),
                        .weights = context.extents(node.inputs[1]),
                        .y = context.extents(id),
                        .stride = attributes.stride,
                        .padding_begin = attributes.padding_begin,
                        .groups = attributes.groups};
  if (node.op == Op::conv2d_input_gradient) std::swap(geometry.x, geometry.y);
  if (node.op == Op::conv2d_weight_gradient) std::swap(geometry.weights, geometry.y);
  return geometry;
}

std::int64_t plane_length(const ConvGeometry& g, std::size_t axis) {
  return ((g.y[axis] - 1) * g.stride + g.weights[axis - 1] + g.stride - 1) / g.stride;
}

bool prefers_patches(const ConvGeometry& g) {
  constexpr std::int64_t kFewChannels = 4;
  return g.groups == 1 && g.x[3] <= kFewChannels;
}

bool sees_patches(const ConvGeometry& g) {
  const MicroKernels* kernels = bf16_micro_kernels();
  return prefers_patches(g) && kernels != nullptr && kernels->inner_words > 1;
}

Words conv_words(const ConvGeometry& g, Op op, Precision precision) {
  bool can_pair = false;
  switch (op) {
    case Op::conv2d:
      can_pair = g.inputs() % 2 == 0 || sees_patches(g);
      break;
    case Op::conv2d_input_gradient:
      can_pair = g.outputs() % 2 == 0;
      break;
    default:
      // Pays where most of a plane's pixels are windows.
      constexpr std::int64_t kMostPixelsAWindow = 4;
      can_pair = g.stride * g.x[3] <= kMostPhaseWords &&
                 plane_length(g, 1) * plane_length(g, 2) <= kMostPixelsAWindow * g.y[1] * g.y[2];
  }
  return can_pair ? words_of(precision) : Words::floats;
}

void fill_pixels(float* pixels, std::int64_t count, std::int64_t channels, const float* bias) {
  if (bias == nullptr || channels == 1) {
    std::fill_n(pixels, count * channels, bias == nullptr ? 0 : *bias);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) std::copy_n(bias, channels, pixels + i * channels);
}

void apply_relu(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = values[i] < 0 ? 0 : values[i];
}

Buffer operand(const KernelContext& context, NodeId id, const OperandLayout& layout) {
  const bool are_as_they_are =
      layout.words == Words::floats ||
      (context.is_narrow(context.root(id)) && layout.columns % 2 == 0 && layout.inner_unit == 1);
  const bool is_as_it_is = layout.layout == Layout::rows && are_as_they_are && !layout.has_frame();
  return is_as_it_is ? context.buffer(id) : context.copies.request(context.root(id), layout);
}

std::unique_ptr<Kernel> make_conv_kernel(const KernelContext& context, const Group& group) {
  switch (context.node(group.nodes.front()).op) {
    case Op::conv2d_input_gradient:
      return make_conv_input_gradient_kernel(context, group);
    case Op::conv2d_weight_gradient:
      return make_conv_weight_gradient_kernel(context, group);
    default:
      return make_conv_forward_kernel(context, group);
  }
}

}  // namespace elbo::cpu
