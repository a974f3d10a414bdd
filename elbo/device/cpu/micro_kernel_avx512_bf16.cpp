// Pairs of bfloat16, where the processor multiplies them: AVX-512 with BF16. (Highway names that
// instruction only from its version 1.1 on.)
#include "elbo/device/cpu/micro_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <utility>

#define ELBO_BF16_TARGET \
  __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16"), always_inline)) inline

namespace elbo::cpu {
namespace {

constexpr int kRows = 8, kLanes = 16;

template <int kVectors>
ELBO_BF16_TARGET void finish_row(const Tile& tile, const __m512* sums, float* c) {
#pragma GCC unroll 2
  for (int j = 0; j < kVectors; ++j) {
    const int first = j * kLanes;
    const int rest = tile.columns - first;
    const auto inside =
        static_cast<__mmask16>(rest >= kLanes ? 0xffff : (1 << (rest > 0 ? rest : 0)) - 1);
    __m512 sum = sums[j];
    if (tile.accumulates) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(inside, c + first));
    if (tile.bias != nullptr) {
      sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(inside, tile.bias + first));
    }
    // Of two operands of which one is NaN, the instruction returns the second.
    // (The masked form, because GCC 12 warns of the plain one's undefined source.)
    if (tile.relu) sum = _mm512_maskz_max_ps(0xffff, _mm512_setzero_ps(), sum);
    if (tile.c_is_bf16) {
      _mm256_mask_storeu_epi16(reinterpret_cast<std::uint16_t*>(c) + first, inside,
                               reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(sum)));
    } else {
      _mm512_mask_storeu_ps(c + first, inside, sum);
    }
  }
}

template <int kTileRows, int kVectors>
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16"))) void multiply(
    const Tile& tile) {
  __m512 sums[kTileRows][kVectors];
  for (auto& row : sums) {
    for (__m512& sum : row) sum = _mm512_setzero_ps();
  }
  // The result is written at the end, by when its lines have come.
  for (int i = 0; i < kTileRows; ++i) {
    for (int j = 0; j < kVectors; ++j) {
      __builtin_prefetch(tile.c[static_cast<std::size_t>(i)] + j * kLanes, 1);
    }
  }
  const float* b = tile.b;
  const float* a[kTileRows];
  for (int i = 0; i < kTileRows; ++i) a[i] = tile.a[static_cast<std::size_t>(i)];
  for (std::int64_t run = 0; run < tile.runs; ++run) {
    std::int64_t at = tile.run_offsets[run];
    const std::int64_t end = at + tile.run_length * tile.a_step;
    if (run + 1 < tile.runs) prefetch_run(tile, tile.run_offsets[run + 1]);
    for (; at != end; at += tile.a_step, b += tile.b_stride) {
      __m512bh columns[kVectors];
      for (int j = 0; j < kVectors; ++j) {
        columns[j] = reinterpret_cast<__m512bh>(_mm512_loadu_ps(b + j * kLanes));
        _mm_prefetch(b + 8 * tile.b_stride + j * kLanes, _MM_HINT_T0);
      }
      for (int i = 0; i < kTileRows; ++i) {
        const auto pair = reinterpret_cast<__m512bh>(_mm512_set1_ps(a[i][at]));
        for (int j = 0; j < kVectors; ++j) {
          sums[i][j] = _mm512_dpbf16_ps(sums[i][j], pair, columns[j]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kTileRows; ++i) {
    finish_row<kVectors>(tile, sums[i], tile.c[static_cast<std::size_t>(i)]);
  }
}

template <int... kRow>
MicroKernels make_micro_kernels(std::integer_sequence<int, kRow...>) {
  return {.name = "bf16",
          .rows = kRows,
          .columns = 2 * kLanes,
          .wide = {multiply<kRow + 1, 2>...},
          .narrow = {multiply<kRow + 1, 1>...}};
}

}  // namespace

const MicroKernels* avx512_bf16_micro_kernels() {
  static const bool has_instruction = __builtin_cpu_supports("avx512bf16") != 0;
  static const MicroKernels kernels = make_micro_kernels(std::make_integer_sequence<int, kRows>());
  return has_instruction ? &kernels : nullptr;
}

}  // namespace elbo::cpu
#else
namespace elbo::cpu {

const MicroKernels* avx512_bf16_micro_kernels() {
  return nullptr;
}

}  // namespace elbo::cpu
#endif
