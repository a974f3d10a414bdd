// What pack.cpp and tile_ops.cpp take from AVX-512 where the processor has it; null elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace elbo::cpu {

struct Avx512Packing {
  /// Sixteen rows of a matrix become sixteen neighbouring words of each row of the result: words
  /// are floats here,
  void (*transpose_floats)(const float* from, std::int64_t from_stride, std::int64_t columns,
                           std::uint32_t* to, std::int64_t to_stride) = nullptr;
  /// and pairs of neighbours in a row here, an odd last one with zero.
  void (*transpose_pairs)(const float* from, std::int64_t from_stride, std::int64_t columns,
                          std::uint32_t* to, std::int64_t to_stride) = nullptr;
  /// As in TileFunctions.
  void (*to_bf16)(const float* x, std::uint16_t* result, std::size_t count) = nullptr;
  /// As in PackFunctions.
  void (*pair_rows)(const float* lower, const float* upper, std::int64_t count,
                    std::uint32_t* result, std::int64_t panel, std::int64_t panel_step) = nullptr;
  void (*transpose_row_pairs)(const float* source, std::int64_t source_stride, std::int64_t columns,
                              std::uint32_t* result, std::int64_t result_stride) = nullptr;
  void (*transpose_bf16_row_pairs)(const std::uint16_t* source, std::int64_t source_stride,
                                   std::int64_t columns, std::uint32_t* result,
                                   std::int64_t result_stride) = nullptr;
};

Avx512Packing avx512_packing();

}  // namespace elbo::cpu
