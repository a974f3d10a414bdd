#include "elbo/device/cpu/pack.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "elbo/device/cpu/pack.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
// After highway.h.
#include "elbo/device/cpu/bf16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void spread_row(const float* row, std::int64_t count, std::uint32_t* result, std::int64_t panel,
                std::int64_t panel_step) {
  const hn::ScalableTag<std::uint32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t at = 0;
  for (; at + panel <= count; at += panel, result += panel_step) {
    for (std::int64_t i = 0; i < panel; i += lanes) {
      hn::StoreU(hn::LoadU(d, as_bits(row + at + i)), d, result + i);
    }
  }
  std::memcpy(result, row + at, static_cast<std::size_t>(count - at) * sizeof(float));
}

using U = hn::ScalableTag<std::uint32_t>;

/// Numbers as bfloat16, in the lower half of each lane.
HWY_INLINE hn::Vec<U> as_bf16(U d, const float* x) {
  return hn::ShiftRight<16>(rounded_to_bf16(d, hn::LoadU(d, as_bits(x))));
}
HWY_INLINE hn::Vec<U> as_bf16(U d, const std::uint16_t* x) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint16_t, U>(), x));
}

/// T: float, or std::uint16_t for bfloat16.
template <typename T>
void pair_rows(const T* lower, const T* upper, std::int64_t count, std::uint32_t* result,
               std::int64_t panel, std::int64_t panel_step) {
  const U d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto pair = [&](const T* low, const T* high, std::uint32_t* to) HWY_ATTR {
    hn::StoreU(hn::Or(as_bf16(d, low), hn::ShiftLeft<16>(as_bf16(d, high))), d, to);
  };
  std::int64_t i = 0, in_panel = 0;
  for (; i + lanes <= count; i += lanes) {
    pair(lower + i, upper + i, result + in_panel);
    in_panel += lanes;
    if (in_panel == panel) {
      in_panel = 0;
      result += panel_step;
    }
  }
  if (i == count) return;
  HWY_ALIGN T rest[2][HWY_MAX_BYTES / sizeof(std::uint32_t)] = {};
  HWY_ALIGN std::uint32_t words[HWY_MAX_BYTES / sizeof(std::uint32_t)];
  const auto numbers = static_cast<std::size_t>(count - i);
  std::memcpy(rest[0], lower + i, numbers * sizeof(T));
  std::memcpy(rest[1], upper + i, numbers * sizeof(T));
  pair(rest[0], rest[1], words);
  std::memcpy(result + in_panel, words, numbers * sizeof(words[0]));
}

void transpose(const std::uint32_t* source, std::int64_t source_stride, std::int64_t rows,
               std::int64_t columns, std::uint32_t* result, std::int64_t result_stride) {
  std::int64_t row = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<std::uint32_t, 4> d;
  const hn::FixedTag<std::uint64_t, 2> pairs;
  const auto halves = [&](auto upper, auto lower, bool high) HWY_ATTR {
    const auto a = hn::BitCast(pairs, lower), b = hn::BitCast(pairs, upper);
    return hn::BitCast(d, high ? hn::InterleaveUpper(pairs, a, b) : hn::InterleaveLower(a, b));
  };
  for (; row + 4 <= rows; row += 4) {
    const std::uint32_t* from = source + row * source_stride;
    std::uint32_t* to = result + row;
    std::int64_t column = 0;
    for (; column + 4 <= columns; column += 4) {
      const auto r0 = hn::LoadU(d, from + column), r1 = hn::LoadU(d, from + source_stride + column);
      const auto r2 = hn::LoadU(d, from + 2 * source_stride + column);
      const auto r3 = hn::LoadU(d, from + 3 * source_stride + column);
      const auto low01 = hn::InterleaveLower(d, r0, r1), high01 = hn::InterleaveUpper(d, r0, r1);
      const auto low23 = hn::InterleaveLower(d, r2, r3), high23 = hn::InterleaveUpper(d, r2, r3);
      std::uint32_t* at = to + column * result_stride;
      hn::StoreU(halves(low23, low01, false), d, at);
      hn::StoreU(halves(low23, low01, true), d, at + result_stride);
      hn::StoreU(halves(high23, high01, false), d, at + 2 * result_stride);
      hn::StoreU(halves(high23, high01, true), d, at + 3 * result_stride);
    }
    for (; column < columns; ++column) {
      for (std::int64_t i = 0; i < 4; ++i) {
        to[column * result_stride + i] = from[i * source_stride + column];
      }
    }
  }
#endif
  for (; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      result[column * result_stride + row] = source[row * source_stride + column];
    }
  }
}

template <typename T>
void transpose_row_pairs(const T* source, std::int64_t source_stride, std::int64_t columns,
                         std::uint32_t* result, std::int64_t result_stride) {
  std::uint32_t square[16][16];
  for (std::int64_t k = 0; k < 16; ++k, source += 2 * source_stride) {
    pair_rows(source, source + source_stride, columns, square[k], 16, 0);
  }
  transpose(square[0], 16, 16, columns, result, result_stride);
}

PackFunctions make_pack_functions() {
  return {.spread_row = spread_row,
          .pair_rows = pair_rows<float>,
          .pair_bf16_rows = pair_rows<std::uint16_t>,
          .transpose_row_pairs = transpose_row_pairs<float>,
          .transpose_bf16_row_pairs = transpose_row_pairs<std::uint16_t>,
          .transpose = transpose};
}

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/device/cpu/operand_copies.h"
#include "elbo/device/cpu/pack_avx512.h"
#include "elbo/device/cpu/tile_ops.h"

namespace elbo::cpu {

HWY_EXPORT(make_pack_functions);

const PackFunctions& pack_functions() {
  static const PackFunctions table = [] {
    PackFunctions functions = HWY_DYNAMIC_DISPATCH(make_pack_functions)();
    const Avx512Packing faster = avx512_packing();
    if (faster.pair_rows != nullptr) {
      functions.pair_rows = faster.pair_rows;
      functions.transpose_row_pairs = faster.transpose_row_pairs;
      functions.transpose_bf16_row_pairs = faster.transpose_bf16_row_pairs;
    }
    return functions;
  }();
  return table;
}

void convert(Words words, Numbers from, std::byte* to, std::int64_t count) {
  const auto n = static_cast<std::size_t>(count);
  ELBO_ASSERT(!from.are_bf16 || words == Words::bf16);
  switch (words) {
    case Words::floats:
      std::memcpy(to, from.at, n * sizeof(float));
      return;
    case Words::rounded_floats:
      return tile_functions().round_to_bf16(from.floats(), reinterpret_cast<float*>(to), n);
    case Words::bf16:
      if (from.are_bf16) {
        std::memcpy(to, from.at, n * sizeof(std::uint16_t));
      } else {
        tile_functions().to_bf16(from.floats(), reinterpret_cast<std::uint16_t*>(to), n);
      }
  }
}

void transpose_into_panel(Words words, const float* from, std::int64_t stride, std::int64_t rows,
                          std::int64_t columns, std::uint32_t* to, std::int64_t panel) {
  static const Avx512Packing faster = avx512_packing();
  const auto transpose_16 = words == Words::floats ? faster.transpose_floats
                            : words == Words::bf16 ? faster.transpose_pairs
                                                   : nullptr;
  if (transpose_16 != nullptr) {
    for (; rows >= 16; rows -= 16, from += 16 * stride, to += 16) {
      transpose_16(from, stride, columns, to, panel);
    }
  }
  const auto transpose = pack_functions().transpose;
  if (words == Words::floats) {
    transpose(reinterpret_cast<const std::uint32_t*>(from), stride, rows, columns, to, panel);
    return;
  }
  // Rounded first, a few words of each row at a time, which stay in the first-level cache.
  constexpr std::int64_t kStagedWords = 32, kMaxRows = 64;
  ELBO_ASSERT(rows <= kMaxRows);
  const std::int64_t numbers_a_word = words == Words::bf16 ? 2 : 1;
  const std::int64_t step = kStagedWords * numbers_a_word;
  std::uint32_t staged[kMaxRows * kStagedWords];
  for (std::int64_t at = 0; at < columns; at += step) {
    const std::int64_t count = std::min(step, columns - at);
    const std::int64_t staged_words = (count + numbers_a_word - 1) / numbers_a_word;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::uint32_t* line = staged + row * kStagedWords;
      line[staged_words - 1] = 0;  // half of the last word may stay empty
      const float* numbers = from + row * stride + at;
      convert(words, {.at = reinterpret_cast<const std::byte*>(numbers)},
              reinterpret_cast<std::byte*>(line), count);
    }
    transpose(staged, kStagedWords, rows, staged_words, to + at / numbers_a_word * panel, panel);
  }
}

}  // namespace elbo::cpu
#endif  // HWY_ONCE
