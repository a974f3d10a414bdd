// Packing with AVX-512: whole vectors through the shuffles, and bfloat16 by the instruction for it.
// pack.cpp has the same for any processor.
#include "elbo/device/cpu/pack_avx512.h"

#if defined(__x86_64__)
#include <cstring>

#include "elbo/device/cpu/transpose_avx512-inl.h"

namespace elbo::cpu {
namespace {

ELBO_AVX512 inline void store_rows(const __m512i rows[16], int count, std::uint32_t* to,
                                   std::int64_t stride) {
  for (int i = 0; i < count; ++i) _mm512_storeu_si512(to + i * stride, rows[i]);
}

ELBO_AVX512 void transpose_floats(const float* from, std::int64_t from_stride, std::int64_t columns,
                                  std::uint32_t* to, std::int64_t to_stride) {
  for (std::int64_t at = 0; at < columns; at += 16) {
    const int count = columns - at < 16 ? static_cast<int>(columns - at) : 16;
    const auto inside = static_cast<__mmask16>((1u << count) - 1);
    __m512i rows[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      rows[i] = _mm512_maskz_loadu_epi32(inside, from + i * from_stride + at);
    }
    transpose_16(rows);
    store_rows(rows, count, to + at * to_stride, to_stride);
  }
}

/// 32 numbers as 16 words.
ELBO_AVX512_BF16 inline __m512i words_of(const float* from, std::int64_t count) {
  const std::int64_t low = count < 16 ? count : 16, high = count - low < 16 ? count - low : 16;
  const __m512 first = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << low) - 1), from);
  const __m512 second = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << high) - 1), from + 16);
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

ELBO_AVX512_BF16 void to_bf16(const float* x, std::uint16_t* result, std::size_t count) {
  std::size_t at = 0;
  for (; at + 32 <= count; at += 32) _mm512_storeu_si512(result + at, words_of(x + at, 32));
  if (at == count) return;
  const auto inside = static_cast<__mmask32>((1u << (count - at)) - 1);
  _mm512_mask_storeu_epi16(result + at, inside,
                           words_of(x + at, static_cast<std::int64_t>(count - at)));
}

ELBO_AVX512_BF16 void transpose_pairs(const float* from, std::int64_t from_stride,
                                      std::int64_t columns, std::uint32_t* to,
                                      std::int64_t to_stride) {
  for (std::int64_t at = 0; at < columns; at += 32) {
    const std::int64_t count = columns - at < 32 ? columns - at : 32;
    __m512i rows[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) rows[i] = words_of(from + i * from_stride + at, count);
    transpose_16(rows);
    store_rows(rows, static_cast<int>((count + 1) / 2), to + at / 2 * to_stride, to_stride);
  }
}

/// The two rows' numbers side by side.
ELBO_AVX512_BF16 inline __m512i paired(__m512 low, __m512 high) {
  alignas(64) static constexpr std::uint16_t kAlternate[32] = {
      0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
      8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const auto both = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
  return _mm512_permutexvar_epi16(_mm512_load_si512(kAlternate), both);
}

ELBO_AVX512_BF16 inline __m512i paired(const std::uint16_t* low, const std::uint16_t* high,
                                       __mmask16 inside) {
  const __m512i first = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(inside, low));
  const __m512i second = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(inside, high));
  return _mm512_or_si512(first, _mm512_slli_epi32(second, 16));
}

ELBO_AVX512_BF16 inline __m512i paired(const float* low, const float* high, __mmask16 inside) {
  return paired(_mm512_maskz_loadu_ps(inside, low), _mm512_maskz_loadu_ps(inside, high));
}

/// T: float, or std::uint16_t for bfloat16.
template <typename T>
ELBO_AVX512_BF16 void transpose_row_pairs(const T* source, std::int64_t source_stride,
                                          std::int64_t columns, std::uint32_t* result,
                                          std::int64_t result_stride) {
  const auto inside = static_cast<__mmask16>((1u << columns) - 1);
  __m512i rows[16];
#pragma GCC unroll 16
  for (int k = 0; k < 16; ++k, source += 2 * source_stride) {
    rows[k] = paired(source, source + source_stride, inside);
  }
  transpose_16(rows);
  store_rows(rows, static_cast<int>(columns), result, result_stride);
}

ELBO_AVX512_BF16 void pair_rows(const float* lower, const float* upper, std::int64_t count,
                                std::uint32_t* result, std::int64_t panel,
                                std::int64_t panel_step) {
  std::int64_t in_panel = 0;
  for (std::int64_t at = 0; at < count; at += 16) {
    const auto inside = static_cast<__mmask16>(count - at >= 16 ? 0xffff : (1 << (count - at)) - 1);
    const __m512 low = _mm512_maskz_loadu_ps(inside, lower + at);
    const __m512 high = _mm512_maskz_loadu_ps(inside, upper + at);
    _mm512_mask_storeu_epi32(result + in_panel, inside, paired(low, high));
    in_panel += 16;
    if (in_panel == panel) {
      in_panel = 0;
      result += panel_step;
    }
  }
}

}  // namespace

Avx512Packing avx512_packing() {
  Avx512Packing packing;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    packing.transpose_floats = transpose_floats;
    if (__builtin_cpu_supports("avx512bf16")) {
      packing.transpose_pairs = transpose_pairs;
      packing.to_bf16 = to_bf16;
      packing.pair_rows = pair_rows;
      packing.transpose_row_pairs = transpose_row_pairs<float>;
      packing.transpose_bf16_row_pairs = transpose_row_pairs<std::uint16_t>;
    }
  }
  return packing;
}

}  // namespace elbo::cpu
#else
namespace elbo::cpu {

Avx512Packing avx512_packing() {
  return {};
}

}  // namespace elbo::cpu
#endif
