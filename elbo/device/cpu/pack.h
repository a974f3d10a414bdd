// Rearranging and rounding the operands of products, vectorised. Sources are floats; words are four
// bytes, a float or two bfloat16 numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace elbo::cpu {

/// Numbers of a value: floats, or bfloat16 where the plan keeps it so.
struct Numbers {
  const std::byte* at = nullptr;
  bool are_bf16 = false;

  Numbers operator+(std::int64_t count) const {
    return {at + count * (are_bf16 ? 2 : 4), are_bf16};
  }
  const float* floats() const { return reinterpret_cast<const float*>(at); }
  const std::uint16_t* bf16() const { return reinterpret_cast<const std::uint16_t*>(at); }
};

struct PackFunctions {
  /// A row, cut into runs of `panel` words (a multiple of the vectors) that go `panel_step` words
  /// one after the other.
  void (*spread_row)(const float* row, std::int64_t count, std::uint32_t* result,
                     std::int64_t panel, std::int64_t panel_step) = nullptr;
  /// The same of words of two numbers, upper[i] in the second half and lower[i] in the first.
  void (*pair_rows)(const float* lower, const float* upper, std::int64_t count,
                    std::uint32_t* result, std::int64_t panel, std::int64_t panel_step) = nullptr;
  void (*pair_bf16_rows)(const std::uint16_t* lower, const std::uint16_t* upper, std::int64_t count,
                         std::uint32_t* result, std::int64_t panel,
                         std::int64_t panel_step) = nullptr;
  /// Words of two numbers, transposed: result[column * result_stride + k] pairs rows 2k and 2k + 1,
  /// 16 words down and up to 16 columns across.
  void (*transpose_row_pairs)(const float* source, std::int64_t source_stride, std::int64_t columns,
                              std::uint32_t* result, std::int64_t result_stride) = nullptr;
  void (*transpose_bf16_row_pairs)(const std::uint16_t* source, std::int64_t source_stride,
                                   std::int64_t columns, std::uint32_t* result,
                                   std::int64_t result_stride) = nullptr;
  /// result[column * result_stride + row] = source[row * source_stride + column].
  void (*transpose)(const std::uint32_t* source, std::int64_t source_stride, std::int64_t rows,
                    std::int64_t columns, std::uint32_t* result,
                    std::int64_t result_stride) = nullptr;

  /// The same for either kind of numbers.
  void pair(Numbers lower, Numbers upper, std::int64_t count, std::uint32_t* result,
            std::int64_t panel, std::int64_t panel_step) const {
    if (lower.are_bf16) {
      pair_bf16_rows(lower.bf16(), upper.bf16(), count, result, panel, panel_step);
    } else {
      pair_rows(lower.floats(), upper.floats(), count, result, panel, panel_step);
    }
  }
  void transpose_pairs(Numbers source, std::int64_t source_stride, std::int64_t columns,
                       std::uint32_t* result, std::int64_t result_stride) const {
    if (source.are_bf16) {
      transpose_bf16_row_pairs(source.bf16(), source_stride, columns, result, result_stride);
    } else {
      transpose_row_pairs(source.floats(), source_stride, columns, result, result_stride);
    }
  }
};

/// The table for this machine; cheap, and the same at every call.
const PackFunctions& pack_functions();

enum class Words : std::uint8_t;

/// `count` numbers as words, one after the other; half of the last word may stay as it was.
/// Numbers in bfloat16 go into words of bfloat16 only.
void convert(Words words, Numbers from, std::byte* to, std::int64_t count);
/// A matrix, whose rows are `stride` apart, transposed, into a panel: row k (or rows 2k and 2k + 1)
/// of the transposed matrix at k * panel. Columns of the panel that the matrix has not are left
/// alone.
void transpose_into_panel(Words words, const float* from, std::int64_t stride, std::int64_t rows,
                          std::int64_t columns, std::uint32_t* to, std::int64_t panel);

}  // namespace elbo::cpu
