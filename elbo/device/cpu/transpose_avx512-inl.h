// A square of words transposed in registers. For sources of x86-64 that use AVX-512 by intrinsics.
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns of its own header's undefined operands (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define ELBO_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define ELBO_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

namespace elbo::cpu {

/// rows[i] word j becomes rows[j] word i.
ELBO_AVX512 inline void transpose_16(__m512i rows[16]) {
  __m512i pairs[16], fours[16], eights[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    pairs[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
    pairs[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
  }
  // fours[4 i + j]: in block b, words 4 b + j of rows 4 i to 4 i + 3.
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i* from = pairs + 4 * i;
    fours[4 * i] = _mm512_unpacklo_epi64(from[0], from[2]);
    fours[4 * i + 1] = _mm512_unpackhi_epi64(from[0], from[2]);
    fours[4 * i + 2] = _mm512_unpacklo_epi64(from[1], from[3]);
    fours[4 * i + 3] = _mm512_unpackhi_epi64(from[1], from[3]);
  }
  // Then blocks: even ones and odd ones of two groups of rows, and the same again.
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    eights[j] = _mm512_shuffle_i32x4(fours[j], fours[4 + j], 0x88);
    eights[4 + j] = _mm512_shuffle_i32x4(fours[j], fours[4 + j], 0xdd);
    eights[8 + j] = _mm512_shuffle_i32x4(fours[8 + j], fours[12 + j], 0x88);
    eights[12 + j] = _mm512_shuffle_i32x4(fours[8 + j], fours[12 + j], 0xdd);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    rows[j] = _mm512_shuffle_i32x4(eights[j], eights[8 + j], 0x88);
    rows[8 + j] = _mm512_shuffle_i32x4(eights[j], eights[8 + j], 0xdd);
    rows[4 + j] = _mm512_shuffle_i32x4(eights[4 + j], eights[12 + j], 0x88);
    rows[12 + j] = _mm512_shuffle_i32x4(eights[4 + j], eights[12 + j], 0xdd);
  }
}

}  // namespace elbo::cpu
