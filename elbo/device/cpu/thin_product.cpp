#include "elbo/device/cpu/thin_product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "elbo/device/cpu/thin_product.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using F = hn::CappedTag<float, 16>;
/// For what is left of a row: the same operations, one element at a time.
using One = hn::CappedTag<float, 1>;

/// Rows of B that are added, or multiplied, together.
constexpr int kTogether = 4;

/// A few products along the inner dimension, for part of a row of C.
struct Terms {
  float elements[kTogether];
  const float* b;
  std::int64_t b_stride;
  float* c;
  /// These are the first; C holds nothing yet.
  bool begins;
  /// With the last ones; else null and false.
  const float* bias;
  bool relu;
};

/// Columns [begin, end), a vector at a time; returns where the last whole vector ended.
template <int kTerms, class D>
HWY_INLINE std::int64_t add_terms_of(D d, const Terms& terms, std::int64_t begin,
                                     std::int64_t end) {
  // Copies, which nothing that is written to C can change.
  const auto [elements, b, b_stride, c, begins, bias, relu] = terms;
  const auto zero = hn::Zero(d);
  hn::Vec<D> factors[kTerms];
  for (int i = 0; i < kTerms; ++i) factors[i] = hn::Set(d, elements[i]);
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t at = begin;
  for (; at + lanes <= end; at += lanes) {
    auto sum = begins ? zero : hn::LoadU(d, c + at);
#pragma GCC unroll 4
    for (int i = 0; i < kTerms; ++i) {
      sum = hn::MulAdd(factors[i], hn::LoadU(d, b + i * b_stride + at), sum);
    }
    if (bias != nullptr) sum = hn::Add(sum, hn::LoadU(d, bias + at));
    // A NaN is not less than 0, and stays.
    if (relu) sum = hn::IfThenElse(hn::Lt(sum, zero), zero, sum);
    hn::StoreU(sum, d, c + at);
  }
  return at;
}

template <int kTerms>
void add_terms(const Terms& terms, std::int64_t columns) {
  const std::int64_t done = add_terms_of<kTerms>(F(), terms, 0, columns);
  add_terms_of<kTerms>(One(), terms, done, columns);
}

/// Rows [first_row, last_row) of columns [first, last).
void multiply_part(const ThinProduct& p, const float* a, const float* b, float* c,
                   const float* bias, std::int64_t first_row, std::int64_t last_row,
                   std::int64_t first, std::int64_t last) {
  constexpr void (*kAdd[kTogether])(const Terms&, std::int64_t) = {add_terms<1>, add_terms<2>,
                                                                   add_terms<3>, add_terms<4>};
  for (std::int64_t k = 0; k < p.inner; k += kTogether) {
    const std::int64_t count = std::min<std::int64_t>(kTogether, p.inner - k);
    const bool ends = k + count == p.inner;
    Terms terms{.elements = {},
                .b = b + k * p.columns + first,
                .b_stride = p.columns,
                .c = nullptr,
                .begins = k == 0,
                .bias = ends && bias != nullptr ? bias + first : nullptr,
                .relu = ends && p.relu};
    for (std::int64_t row = first_row; row < last_row; ++row) {
      for (std::int64_t i = 0; i < count; ++i) {
        terms.elements[i] = a[row * p.a_row + (k + i) * p.a_step];
      }
      terms.c = c + row * p.columns + first;
      kAdd[count - 1](terms, last - first);
    }
  }
}

/// Products of a row of A with `kColumns` rows of the transposed B.
template <int kColumns>
void multiply_rows(const float* a, const float* b, std::int64_t inner, float* sums) {
  const F d;
  const One one;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::Vec<F> totals[kColumns];
  for (auto& total : totals) total = hn::Zero(d);
  std::int64_t k = 0;
  for (; k + lanes <= inner; k += lanes) {
    const auto element = hn::LoadU(d, a + k);
#pragma GCC unroll 4
    for (int i = 0; i < kColumns; ++i) {
      totals[i] = hn::MulAdd(element, hn::LoadU(d, b + i * inner + k), totals[i]);
    }
  }
  for (int i = 0; i < kColumns; ++i) {
    auto sum = hn::Set(one, hn::GetLane(hn::SumOfLanes(d, totals[i])));
    for (std::int64_t rest = k; rest < inner; ++rest) {
      sum = hn::MulAdd(hn::LoadU(one, a + rest), hn::LoadU(one, b + i * inner + rest), sum);
    }
    sums[i] = hn::GetLane(sum);
  }
}

/// All rows of columns [first, last).
void multiply_by_transpose(const ThinProduct& p, const float* a, const float* b, float* c,
                           const float* bias, std::int64_t first, std::int64_t last) {
  constexpr void (*kMultiply[kTogether])(const float*, const float*, std::int64_t, float*) = {
      multiply_rows<1>, multiply_rows<2>, multiply_rows<3>, multiply_rows<4>};
  for (std::int64_t column = first; column < last; column += kTogether) {
    const std::int64_t count = std::min<std::int64_t>(kTogether, last - column);
    for (std::int64_t row = 0; row < p.rows; ++row) {
      float sums[kTogether];
      kMultiply[count - 1](a + row * p.a_row, b + column * p.inner, p.inner, sums);
      for (std::int64_t i = 0; i < count; ++i) {
        const float sum = bias != nullptr ? sums[i] + bias[column + i] : sums[i];
        c[row * p.columns + column + i] = p.relu && sum < 0 ? 0 : sum;
      }
    }
  }
}

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "elbo/base/check.h"
#include "elbo/base/threads.h"

namespace elbo::cpu {
namespace {

HWY_EXPORT(multiply_part);
HWY_EXPORT(multiply_by_transpose);

/// Below this many multiplications a second thread costs more than it brings.
constexpr std::int64_t kWorkPerThread = 1 << 18;

}  // namespace

void ThinProduct::run(const float* a, const float* b, float* c, const float* bias) const {
  ELBO_ASSERT(!b_is_transposed || a_step == 1);
  const auto used = static_cast<int>(
      std::clamp<std::int64_t>(rows * columns * inner / kWorkPerThread, 1, threads));
  // Each thread reads a part of B of its own, and writes a part of C of its own.
  const bool by_rows = !b_is_transposed && rows > columns;
  constexpr std::int64_t kGrain = 64;
  parallel_for(used, by_rows ? rows : columns, by_rows ? 1 : kGrain,
               [&](std::int64_t begin, std::int64_t end) {
                 if (b_is_transposed) {
                   HWY_DYNAMIC_DISPATCH(multiply_by_transpose)(*this, a, b, c, bias, begin, end);
                 } else if (by_rows) {
                   HWY_DYNAMIC_DISPATCH(multiply_part)
                   (*this, a, b, c, bias, begin, end, 0, columns);
                 } else {
                   HWY_DYNAMIC_DISPATCH(multiply_part)(*this, a, b, c, bias, 0, rows, begin, end);
                 }
               });
}

}  // namespace elbo::cpu
#endif  // HWY_ONCE
