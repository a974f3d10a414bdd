#include "elbo/device/cpu/micro_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "elbo/device/cpu/micro_kernel.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
// After highway.h.
#include "elbo/device/cpu/bf16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using F = hn::CappedTag<float, 16>;
using V = hn::Vec<F>;

/// Sums of the tile, operands of one step and the address registers must fit: 16 vector registers
/// hold 6 x 2 sums, 32 hold 8 x 2.
constexpr int kRows = HWY_MAX_BYTES >= 64 || HWY_ARCH_ARM ? 8 : 6;

HWY_INLINE void store_bf16(V sums, std::uint16_t* c) {
  const hn::RebindToUnsigned<F> d;
  const hn::RebindToSigned<F> d_signed;
  const hn::Rebind<std::uint16_t, F> half;
  const auto upper = hn::ShiftRight<16>(rounded_to_bf16(d, hn::BitCast(d, sums)));
  hn::StoreU(hn::DemoteTo(half, hn::BitCast(d_signed, upper)), half, c);
}

/// A row of a tile that is as wide as its vectors.
template <int kVectors>
HWY_INLINE void finish_whole_row(const Tile& tile, const V* sums, float* c) {
  const F d;
  const std::size_t lanes = hn::Lanes(d);
  const V zero = hn::Zero(d);
#pragma GCC unroll 2
  for (std::size_t j = 0; j < kVectors; ++j) {
    V sum = sums[j];
    if (tile.accumulates) sum = hn::Add(sum, hn::LoadU(d, c + j * lanes));
    if (tile.bias != nullptr) sum = hn::Add(sum, hn::LoadU(d, tile.bias + j * lanes));
    // A NaN is not less than 0, and stays.
    if (tile.relu) sum = hn::IfThenElse(hn::Lt(sum, zero), zero, sum);
    if (tile.c_is_bf16) {
      store_bf16(sum, reinterpret_cast<std::uint16_t*>(c) + j * lanes);
    } else {
      hn::StoreU(sum, d, c + j * lanes);
    }
  }
}

/// A narrower row: nothing beyond its columns is touched.
void finish_part_of_row(const Tile& tile, const float* sums, float* c) {
  for (int j = 0; j < tile.columns; ++j) {
    float sum = sums[j];
    if (tile.accumulates) sum += c[j];
    if (tile.bias != nullptr) sum += tile.bias[j];
    if (tile.relu && sum < 0) sum = 0;
    if (tile.c_is_bf16) {
      const hn::CappedTag<std::uint32_t, 1> one;
      const auto bits =
          rounded_to_bf16(one, hn::BitCast(one, hn::Set(hn::CappedTag<float, 1>(), sum)));
      reinterpret_cast<std::uint16_t*>(c)[j] = static_cast<std::uint16_t>(hn::GetLane(bits) >> 16);
    } else {
      c[j] = sum;
    }
  }
}

template <int kTileRows, int kVectors>
void multiply(const Tile& tile) {
  const F d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  V sums[kTileRows][kVectors];
  for (auto& row : sums) {
    for (V& sum : row) sum = hn::Zero(d);
  }
  // The result is written at the end, by when its lines have come.
  for (int i = 0; i < kTileRows; ++i) {
    for (int j = 0; j < kVectors; ++j) {
      __builtin_prefetch(tile.c[static_cast<std::size_t>(i)] + j * lanes, 1);
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
      V columns[kVectors];
      for (int j = 0; j < kVectors; ++j) {
        columns[j] = hn::LoadU(d, b + j * lanes);
        __builtin_prefetch(b + 8 * tile.b_stride + j * lanes);
      }
      for (int i = 0; i < kTileRows; ++i) {
        const V element = hn::Set(d, a[i][at]);
        for (int j = 0; j < kVectors; ++j) {
          sums[i][j] = hn::MulAdd(element, columns[j], sums[i][j]);
        }
      }
    }
  }
  if (tile.columns == kVectors * static_cast<int>(lanes)) {
#pragma GCC unroll 8
    for (int i = 0; i < kTileRows; ++i) {
      finish_whole_row<kVectors>(tile, sums[i], tile.c[static_cast<std::size_t>(i)]);
    }
    return;
  }
  HWY_ALIGN float rows[kTileRows][kVectors * HWY_MAX_BYTES / sizeof(float)];
  for (int i = 0; i < kTileRows; ++i) {
    for (int j = 0; j < kVectors; ++j) hn::StoreU(sums[i][j], d, rows[i] + j * lanes);
    finish_part_of_row(tile, rows[i], tile.c[static_cast<std::size_t>(i)]);
  }
}

template <int kTileRows>
void enlist(MicroKernels& kernels) {
  if constexpr (kTileRows > 0) {
    kernels.wide[kTileRows - 1] = multiply<kTileRows, 2>;
    kernels.narrow[kTileRows - 1] = multiply<kTileRows, 1>;
    enlist<kTileRows - 1>(kernels);
  }
}

MicroKernels make_micro_kernels() {
  MicroKernels kernels{
      .name = "fp32", .rows = kRows, .columns = 2 * static_cast<int>(hn::Lanes(F()))};
  enlist<kRows>(kernels);
  return kernels;
}

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elbo::cpu {

HWY_EXPORT(make_micro_kernels);

const MicroKernels& float_micro_kernels() {
  static const MicroKernels kernels = HWY_DYNAMIC_DISPATCH(make_micro_kernels)();
  return kernels;
}

const MicroKernels* bf16_micro_kernels() {
  return amx_micro_kernels() != nullptr ? amx_micro_kernels() : avx512_bf16_micro_kernels();
}

}  // namespace elbo::cpu
#endif  // HWY_ONCE
