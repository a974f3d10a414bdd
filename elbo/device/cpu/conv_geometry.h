// The sizes of a convolution, whichever of the three operations a node is.
#pragma once

#include "elbo/device/cpu/operand_copies.h"

namespace elbo::cpu {

/// x (N, H, W, I), weights (KH, KW, I / groups, O), y (N, OH, OW, O).
struct ConvGeometry {
  Extents x, weights, y;
  std::int64_t stride = 1, padding_begin = 0, groups = 1;

  /// Channels of x and of y in a group.
  std::int64_t inputs() const { return weights[2]; }
  std::int64_t outputs() const { return y[3] / groups; }

  /// Padding that is really read after the end of an axis of x (1: height, 2: width), which
  /// rounding the size of y down may have made negative.
  std::int64_t padding_end(std::size_t axis) const {
    return (y[axis] - 1) * stride + weights[axis - 1] - x[axis] - padding_begin;
  }
  /// x with its padding: a matrix of (W I) columns for each image.
  OperandLayout framed_x(Words words) const;
  /// Multiplications and additions, the same for all three operations.
  double flops() const;
  /// What is read and written, once each, in f32.
  double bytes() const;
  std::string to_string() const;
  /// A kernel of one of the three operations, for the plan's listing; how: its words after the
  /// sizes.
  KernelSummary summary(Op op, const std::string& how) const;
};

/// What a product reads of a framed image as one row of A, in words: `read` words of each pixel of
/// a window, pixels and rows of pixels so far apart.
struct ConvWindow {
  std::int64_t height, width, row, pixel, read;
};
/// Sets the runs; a row of pixels that are read whole is one.
void read_windows(const ConvWindow& window, Product& product);

/// Of how many images such micro-kernels best read the same window at once: rows of A that are
/// equally far apart.
std::int64_t images_at_once(const MicroKernels& kernels);

ConvGeometry conv_geometry(const KernelContext& context, NodeId id);

/// The words of the operation's operands. Pairs run along the channels, or in the weights' gradient
/// along pixels.
Words conv_words(const ConvGeometry& g, Op op, Precision precision);
/// An input gradient by way of patches: columns of its product are channels of x, and with few most
/// of each vector would idle.
bool prefers_patches(const ConvGeometry& g);
/// Forward in pairs of bfloat16, by copies of the windows: those of few channels don't fill the
/// micro-kernel's registers, or are no whole words.
bool sees_patches(const ConvGeometry& g);
/// Weights' gradient in pairs: pixels of a phase of x that windows read, along an axis of x (1:
/// height, 2: width).
std::int64_t plane_length(const ConvGeometry& g, std::size_t axis);

/// Every pixel's channels become the bias, or zeros without one.
void fill_pixels(float* pixels, std::int64_t count, std::int64_t channels, const float* bias);
/// A NaN stays.
void apply_relu(float* values, std::int64_t count);

/// The operand in a layout: in place where that is what it is anyway.
Buffer operand(const KernelContext& context, NodeId id, const OperandLayout& layout);

std::unique_ptr<Kernel> make_conv_forward_kernel(const KernelContext& context, const Group& group);
std::unique_ptr<Kernel> make_conv_input_gradient_kernel(const KernelContext& context,
                                                        const Group& group);
std::unique_ptr<Kernel> make_conv_weight_gradient_kernel(const KernelContext& context,
                                                         const Group& group);
/// An input gradient by way of patches, for few channels.
std::unique_ptr<Kernel> make_lowered_conv_kernel(const KernelContext& context, const Group& group);

}  // namespace elbo::cpu
