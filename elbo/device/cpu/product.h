// C = A B, perhaps with a bias and relu, over the micro-kernels: what every contraction comes to.
// The rows of A and C need not be equally far apart and a row of A need not be in one piece, so a
// convolution is a product whose rows are the windows of an image, without their being copied.
#pragma once

#include <cstdint>
#include <vector>

#include "elbo/device/cpu/micro_kernel.h"

namespace elbo::cpu {

/// Words that may be counted on to stay in the second-level cache beside all else: 256 KiB.
inline constexpr std::int64_t kCachedWords = (256 << 10) / 4;

/// Offsets of rows, in words: the row of window (h, w) of image n is at
/// n * step_n + h * step_h + w * step_w.
struct RowOffsets {
  std::int64_t step_n = 0, step_h = 0, step_w = 0;
};

struct Product {
  const MicroKernels* kernels = nullptr;
  std::int64_t rows = 0, columns = 0;
  /// Windows of an image. (A matrix is images of one window.)
  std::int64_t height = 1, width = 1;
  /// Rows are images by windows. Of so many images each window's rows follow one another, window by
  /// window, and then come the next so many images.
  std::int64_t images_at_once = 1;
  RowOffsets a = {}, c = {};
  /// Where rows of A are no such grid: the offset of each; empty otherwise.
  std::vector<std::int64_t> a_rows = {};
  /// Each row of A: runs of `run_length` words, `a_step` words apart, from these offsets.
  std::vector<std::int64_t> run_offsets = {0};
  std::int64_t run_length = 0, a_step = 1;
  /// Words along the inner dimension for which A stays in the second-level cache.
  std::int64_t block_words = 1 << 30;
  /// The inner dimension is summed up in so many parts, which are added last: between threads goes
  /// what they read where the result is small. No more of them than runs, if there are several, or
  /// than whole MicroKernels::inner_words; neither bias, nor relu, nor bfloat16.
  std::int64_t inner_parts = 1;
  /// Columns of B come in panels as wide as a tile, `panel_step` words apart.
  std::int64_t b_stride = 0, panel_step = 0;
  /// Panels have words up to a multiple of MicroKernels::inner_words, the last of them zeros.
  bool b_ends_with_zeros = false;
  bool relu = false;
  /// C holds bfloat16, and its offsets count those; the inner dimension is one block.
  bool c_is_bf16 = false;
  /// So many products of the same kind, one after the other, with their operands so many words
  /// apart and bias after bias.
  std::int64_t groups = 1, a_group = 0, b_group = 0, c_group = 0;
  int threads = 1;

  /// The element of C that is so many after another.
  float* in_c(float* c, std::int64_t elements) const {
    return c_is_bf16 ? reinterpret_cast<float*>(reinterpret_cast<std::uint16_t*>(c) + elements)
                     : c + elements;
  }
  /// Words along the inner dimension.
  std::int64_t inner() const { return static_cast<std::int64_t>(run_offsets.size()) * run_length; }
  /// Floats for the sums of all parts but the first.
  std::int64_t partial_sums() const { return (inner_parts - 1) * rows * columns; }
  /// Each element of a part is summed by one thread, in the order of the inner dimension, and parts
  /// are added in their order: results don't depend on the number of threads. bias: null, or one
  /// float a column of each group. partial: room for partial_sums().
  void run(const float* a_words, const float* b_words, float* c_floats, const float* bias,
           float* partial = nullptr) const;
};

}  // namespace elbo::cpu
