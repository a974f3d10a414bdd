// Rearranging and rounding the operands of products, vectorised. Sources are floats; words are four
// bytes, a float or two bfloat16 numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace elbo::cpu {

struct PackFunctions {
  /// A row, cut into runs of `panel` words (a multiple of the vectors) that go `panel_step` words
  /// one after the other.
  void (*spread_row)(const float* row, std::int64_t count, std::uint32_t* result,
                     std::int64_t panel, std::int64_t panel_step) = nullptr;
  /// The same of words of two numbers, upper[i] in the second half and lower[i] in the first.
  void (*pair_rows)(const float* lower, const float* upper, std::int64_t count,
                    std::uint32_t* result, std::int64_t panel, std::int64_t panel_step) = nullptr;
  /// result[column * result_stride + row] = source[row * source_stride + column].
  void (*transpose)(const std::uint32_t* source, std::int64_t source_stride, std::int64_t rows,
                    std::int64_t columns, std::uint32_t* result,
                    std::int64_t result_stride) = nullptr;
};

/// The table for this machine; cheap, and the same at every call.
const PackFunctions& pack_functions();

enum class Words : std::uint8_t;

/// `count` numbers as words, one after the other; half of the last word may stay as it was.
void convert(Words words, const float* from, std::byte* to, std::int64_t count);
/// A matrix, whose rows are `stride` apart, transposed, into a panel: row k (or rows 2k and 2k + 1)
/// of the transposed matrix at k * panel. Columns of the panel that the matrix has not are left
/// alone.
void transpose_into_panel(Words words, const float* from, std::int64_t stride, std::int64_t rows,
                          std::int64_t columns, std::uint32_t* to, std::int64_t panel);

}  // namespace elbo::cpu
