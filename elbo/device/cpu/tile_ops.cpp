#include "elbo/device/cpu/tile_ops.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "elbo/device/cpu/tile_ops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
// After highway.h.
#include <hwy/contrib/math/math-inl.h>

#include "elbo/device/cpu/bf16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;

/// Highway's functions are defined for finite numbers; a NaN must stay a NaN, so that it is found.
V keep_nan(V x, V result) {
  return hn::IfThenElse(hn::IsNaN(x), x, result);
}

struct Functions {
  F d;
  V exp(V x) const {
    // Above 88.73 the result is infinity, which 2^128 gives; below -104 it is 0.
    const V limited = hn::Min(x, hn::Set(d, 88.8f));
    const V result = hn::Exp(d, limited);
    const V overflow = hn::Set(d, 88.722839f);
    return keep_nan(x, hn::IfThenElse(hn::Gt(x, overflow), hn::Set(d, __builtin_inff()), result));
  }
  V log(V x) const {
    const V zero = hn::Zero(d);
    const V finite = hn::Log(d, x);
    const V at_zero = hn::IfThenElse(hn::Eq(x, zero), hn::Set(d, -__builtin_inff()), finite);
    const V below = hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, __builtin_nanf("")), at_zero);
    const V infinity = hn::Set(d, __builtin_inff());
    return keep_nan(x, hn::IfThenElse(hn::Eq(x, infinity), x, below));
  }
  /// exp(-|x|), which softplus and sigmoid are made from: never too large.
  V exp_below(V x) const { return keep_nan(x, hn::Exp(d, hn::Neg(hn::Abs(x)))); }
  /// From e = exp(-|x|) and 1 / (1 + e).
  V sigmoid(V x, V e, V reciprocal) const {
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Mul(e, reciprocal), reciprocal);
  }
  /// From t = e / (2 + e): log(1 + e) = 2 artanh(t), t being at most 1/3. The series to the 13th
  /// power is good to half a unit in the last place.
  V softplus(V x, V t) const {
    const V u = hn::Mul(t, t);
    V sum = hn::Set(d, 1.0f / 13);
    for (const float denominator : {11.0f, 9.0f, 7.0f, 5.0f, 3.0f, 1.0f}) {
      sum = hn::MulAdd(sum, u, hn::Set(d, 1 / denominator));
    }
    return hn::Add(hn::Max(x, hn::Zero(d)), hn::Mul(hn::Add(t, t), sum));
  }
  V sigmoid(V x) const {
    const V one = hn::Set(d, 1.0f), e = exp_below(x);
    return sigmoid(x, e, hn::Div(one, hn::Add(one, e)));
  }
  V softplus(V x) const {
    const V e = exp_below(x);
    return softplus(x, hn::Div(e, hn::Add(hn::Set(d, 2.0f), e)));
  }
  /// Both, for one division.
  void softplus_and_sigmoid(V x, V& softplus_of_x, V& sigmoid_of_x) const {
    const V e = exp_below(x), plus_1 = hn::Add(hn::Set(d, 1.0f), e);
    const V plus_2 = hn::Add(hn::Set(d, 2.0f), e);
    const V reciprocal = hn::Div(hn::Set(d, 1.0f), hn::Mul(plus_1, plus_2));
    softplus_of_x = softplus(x, hn::Mul(hn::Mul(e, reciprocal), plus_1));
    sigmoid_of_x = sigmoid(x, e, hn::Mul(reciprocal, plus_2));
  }
  V tanh(V x) const {
    // Saturated beyond 9.02; Highway's expm1 overflows for large arguments.
    const V limit = hn::Set(d, 10.0f);
    return keep_nan(x, hn::Tanh(d, hn::Max(hn::Min(x, limit), hn::Neg(limit))));
  }
};

/// Applies body(a, b, c) vector by vector, the rest through a copy on the stack.
template <int kArity, typename Body>
HWY_INLINE void loop(const float* a, const float* b, const float* c, float* result,
                     std::size_t count, const Body& body) {
  const F d;
  const std::size_t lanes = hn::Lanes(d);
  const V zero = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const V va = hn::LoadU(d, a + i);
    const V vb = kArity > 1 ? hn::LoadU(d, b + i) : zero;
    const V vc = kArity > 2 ? hn::LoadU(d, c + i) : zero;
    hn::StoreU(body(d, va, vb, vc), d, result + i);
  }
  if (i == count) return;
  HWY_ALIGN float rest[4][HWY_MAX_BYTES / sizeof(float)] = {};
  const std::size_t bytes = (count - i) * sizeof(float);
  std::memcpy(rest[0], a + i, bytes);
  if (kArity > 1) std::memcpy(rest[1], b + i, bytes);
  if (kArity > 2) std::memcpy(rest[2], c + i, bytes);
  hn::StoreU(body(d, hn::LoadU(d, rest[0]), hn::LoadU(d, rest[1]), hn::LoadU(d, rest[2])), d,
             rest[3]);
  std::memcpy(result + i, rest[3], bytes);
}

#define ELBO_TILE_FUNCTION(name, arity, expression)                                             \
  void name(const float* a, const float* b, const float* c, float* result, std::size_t count) { \
    loop<arity>(a, b, c, result, count,                                                         \
                [](F d, V x, [[maybe_unused]] V y, [[maybe_unused]] V z) HWY_ATTR {             \
                  [[maybe_unused]] const Functions f{d};                                        \
                  return expression;                                                            \
                });                                                                             \
  }

ELBO_TILE_FUNCTION(tile_add, 2, hn::Add(x, y))
ELBO_TILE_FUNCTION(tile_subtract, 2, hn::Sub(x, y))
ELBO_TILE_FUNCTION(tile_multiply, 2, hn::Mul(x, y))
ELBO_TILE_FUNCTION(tile_divide, 2, hn::Div(x, y))
// A NaN in either operand stays: a plain Max would drop it.
ELBO_TILE_FUNCTION(tile_maximum, 2, keep_nan(y, hn::IfThenElse(hn::Lt(x, y), y, x)))
ELBO_TILE_FUNCTION(tile_minimum, 2, keep_nan(y, hn::IfThenElse(hn::Lt(y, x), y, x)))
ELBO_TILE_FUNCTION(tile_less, 2, hn::IfThenElseZero(hn::Lt(x, y), hn::Set(d, 1.0f)))
ELBO_TILE_FUNCTION(tile_equal, 2, hn::IfThenElseZero(hn::Eq(x, y), hn::Set(d, 1.0f)))
ELBO_TILE_FUNCTION(tile_select, 3, hn::IfThenElse(hn::Ne(x, hn::Zero(d)), y, z))
ELBO_TILE_FUNCTION(tile_negate, 1, hn::Neg(x))
ELBO_TILE_FUNCTION(tile_exp, 1, f.exp(x))
ELBO_TILE_FUNCTION(tile_log, 1, f.log(x))
ELBO_TILE_FUNCTION(tile_sqrt, 1, hn::Sqrt(x))
ELBO_TILE_FUNCTION(tile_tanh, 1, f.tanh(x))
ELBO_TILE_FUNCTION(tile_sigmoid, 1, f.sigmoid(x))
ELBO_TILE_FUNCTION(tile_softplus, 1, f.softplus(x))
ELBO_TILE_FUNCTION(tile_relu, 1, keep_nan(x, hn::Max(x, hn::Zero(d))))
ELBO_TILE_FUNCTION(tile_absolute, 1, hn::Abs(x))

#undef ELBO_TILE_FUNCTION

void tile_softplus_and_sigmoid(const float* x, float* softplus, float* sigmoid, std::size_t count) {
  const Functions f{};
  const auto both = [&](const float* from, float* first, float* second) HWY_ATTR {
    V softplus_of_x, sigmoid_of_x;
    f.softplus_and_sigmoid(hn::LoadU(f.d, from), softplus_of_x, sigmoid_of_x);
    hn::StoreU(softplus_of_x, f.d, first);
    hn::StoreU(sigmoid_of_x, f.d, second);
  };
  const std::size_t lanes = hn::Lanes(f.d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) both(x + i, softplus + i, sigmoid + i);
  if (i == count) return;
  HWY_ALIGN float rest[3][HWY_MAX_BYTES / sizeof(float)] = {};
  const std::size_t bytes = (count - i) * sizeof(float);
  std::memcpy(rest[0], x + i, bytes);
  both(rest[0], rest[1], rest[2]);
  std::memcpy(softplus + i, rest[1], bytes);
  std::memcpy(sigmoid + i, rest[2], bytes);
}

V load(F d, const float* x) {
  return hn::LoadU(d, x);
}
V load(F d, const std::uint16_t* x) {
  const hn::RebindToUnsigned<F> d32;
  const hn::Rebind<std::uint16_t, F> d16;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, hn::LoadU(d16, x))));
}

template <typename X, typename Y>
void tile_times_slope(const void* x, const void* y, float* result, std::size_t count) {
  const F d;
  const auto times_slope = [&](const X* from, const Y* at, float* to) HWY_ATTR {
    const auto is_above = hn::Lt(hn::Zero(d), load(d, at));
    // A product, so that a NaN stays.
    hn::StoreU(hn::Mul(load(d, from), hn::IfThenElseZero(is_above, hn::Set(d, 1.0f))), d, to);
  };
  const X* from = static_cast<const X*>(x);
  const Y* at = static_cast<const Y*>(y);
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) times_slope(from + i, at + i, result + i);
  if (i == count) return;
  HWY_ALIGN X rest_of_x[HWY_MAX_BYTES / sizeof(float)] = {};
  HWY_ALIGN Y rest_of_y[HWY_MAX_BYTES / sizeof(float)] = {};
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)];
  std::memcpy(rest_of_x, from + i, (count - i) * sizeof(X));
  std::memcpy(rest_of_y, at + i, (count - i) * sizeof(Y));
  times_slope(rest_of_x, rest_of_y, rest);
  std::memcpy(result + i, rest, (count - i) * sizeof(float));
}

void tile_copy(const float* a, const float*, const float*, float* result, std::size_t count) {
  std::memmove(result, a, count * sizeof(float));
}

float tile_sum(const float* x, std::size_t count) {
  const F d;
  const std::size_t lanes = hn::Lanes(d);
  V even = hn::Zero(d), odd = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    even = hn::Add(even, hn::LoadU(d, x + i));
    odd = hn::Add(odd, hn::LoadU(d, x + i + lanes));
  }
  float total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; i < count; ++i) total += x[i];
  return total;
}

float tile_max(const float* x, std::size_t count) {
  float largest = x[0];
  for (std::size_t i = 1; i < count; ++i) {
    // A NaN wins, wherever it is.
    largest = x[i] <= largest || largest != largest ? largest : x[i];
  }
  return largest;
}

void tile_accumulate(const float* x, float* result, std::size_t count) {
  tile_add(result, x, nullptr, result, count);
}

void tile_accumulate_max(const float* x, float* result, std::size_t count) {
  tile_maximum(result, x, nullptr, result, count);
}

void tile_fill(float value, float* result, std::size_t count) {
  const F d;
  const std::size_t lanes = hn::Lanes(d);
  const V all = hn::Set(d, value);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(all, d, result + i);
  for (; i < count; ++i) result[i] = value;
}

void tile_sum_rows(const float* x, std::size_t rows, std::size_t columns, float* result) {
  for (std::size_t row = 0; row < rows; ++row) result[row] = tile_sum(x + row * columns, columns);
}

void tile_max_rows(const float* x, std::size_t rows, std::size_t columns, float* result) {
  for (std::size_t row = 0; row < rows; ++row) result[row] = tile_max(x + row * columns, columns);
}

void tile_spread_rows(const float* x, std::size_t rows, std::size_t columns, float* result) {
  for (std::size_t row = 0; row < rows; ++row) tile_fill(x[row], result + row * columns, columns);
}

void tile_accumulate_rows(const float* x, std::size_t rows, std::size_t columns, float* result) {
  const F d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t column = 0;
  for (; column + 2 * lanes <= columns; column += 2 * lanes) {
    V first = hn::LoadU(d, result + column), second = hn::LoadU(d, result + column + lanes);
    for (std::size_t row = 0; row < rows; ++row) {
      first = hn::Add(first, hn::LoadU(d, x + row * columns + column));
      second = hn::Add(second, hn::LoadU(d, x + row * columns + column + lanes));
    }
    hn::StoreU(first, d, result + column);
    hn::StoreU(second, d, result + column + lanes);
  }
  for (; column + lanes <= columns; column += lanes) {
    V sum = hn::LoadU(d, result + column);
    for (std::size_t row = 0; row < rows; ++row) {
      sum = hn::Add(sum, hn::LoadU(d, x + row * columns + column));
    }
    hn::StoreU(sum, d, result + column);
  }
  for (; column < columns; ++column) {
    for (std::size_t row = 0; row < rows; ++row) result[column] += x[row * columns + column];
  }
}

void tile_from_u8(const std::uint8_t* x, float* result, std::size_t count) {
  const F d;
  const hn::Rebind<std::int32_t, F> d32;
  const hn::Rebind<std::uint8_t, F> d8;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto wide = hn::PromoteTo(d32, hn::LoadU(d8, x + i));
    hn::StoreU(hn::ConvertTo(d, wide), d, result + i);
  }
  for (; i < count; ++i) result[i] = static_cast<float>(x[i]);
}

void tile_to_bf16(const float* x, std::uint16_t* result, std::size_t count) {
  const hn::ScalableTag<std::int32_t> d32;
  const hn::Rebind<std::uint16_t, decltype(d32)> d16;
  const hn::RebindToUnsigned<decltype(d32)> du32;
  const std::size_t lanes = hn::Lanes(d32);
  const auto convert = [&](const float* from, std::uint16_t* to) HWY_ATTR {
    const auto upper = hn::ShiftRight<16>(rounded_to_bf16(du32, hn::LoadU(du32, as_bits(from))));
    hn::StoreU(hn::DemoteTo(d16, hn::BitCast(d32, upper)), d16, to);
  };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) convert(x + i, result + i);
  if (i == count) return;
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)] = {};
  HWY_ALIGN std::uint16_t narrow[HWY_MAX_BYTES / sizeof(float)];
  std::memcpy(rest, x + i, (count - i) * sizeof(float));
  convert(rest, narrow);
  std::memcpy(result + i, narrow, (count - i) * sizeof(std::uint16_t));
}

void tile_from_bf16(const std::uint16_t* x, float* result, std::size_t count) {
  const F d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(load(d, x + i), d, result + i);
  for (; i < count; ++i) {
    const std::uint32_t bits = std::uint32_t{x[i]} << 16;
    std::memcpy(result + i, &bits, sizeof bits);
  }
}

void tile_round_to_bf16(const float* x, float* result, std::size_t count) {
  loop<1>(x, nullptr, nullptr, result, count, [](F d, V v, V, V) HWY_ATTR {
    const hn::RebindToUnsigned<F> d32;
    const auto rounded = rounded_to_bf16(d32, hn::BitCast(d32, v));
    return hn::BitCast(d, hn::And(rounded, hn::Set(d32, 0xffff0000u)));
  });
}

TileFunctions make_tile_functions() {
  TileFunctions table;
  const auto set = [&](Op op, TileFunction function) {
    table.map[static_cast<std::size_t>(op)] = function;
  };
  set(Op::add, tile_add);
  set(Op::subtract, tile_subtract);
  set(Op::multiply, tile_multiply);
  set(Op::divide, tile_divide);
  set(Op::maximum, tile_maximum);
  set(Op::minimum, tile_minimum);
  set(Op::less, tile_less);
  set(Op::equal, tile_equal);
  set(Op::select, tile_select);
  set(Op::negate, tile_negate);
  set(Op::exp, tile_exp);
  set(Op::log, tile_log);
  set(Op::sqrt, tile_sqrt);
  set(Op::tanh, tile_tanh);
  set(Op::sigmoid, tile_sigmoid);
  set(Op::softplus, tile_softplus);
  set(Op::relu, tile_relu);
  set(Op::absolute, tile_absolute);
  set(Op::broadcast_to, tile_copy);
  table.softplus_and_sigmoid = tile_softplus_and_sigmoid;
  table.times_slope[0][0] = tile_times_slope<float, float>;
  table.times_slope[0][1] = tile_times_slope<float, std::uint16_t>;
  table.times_slope[1][0] = tile_times_slope<std::uint16_t, float>;
  table.times_slope[1][1] = tile_times_slope<std::uint16_t, std::uint16_t>;
  table.sum = tile_sum;
  table.max = tile_max;
  table.sum_rows = tile_sum_rows;
  table.max_rows = tile_max_rows;
  table.spread_rows = tile_spread_rows;
  table.accumulate_rows = tile_accumulate_rows;
  table.accumulate = tile_accumulate;
  table.accumulate_max = tile_accumulate_max;
  table.fill = tile_fill;
  table.to_bf16 = tile_to_bf16;
  table.round_to_bf16 = tile_round_to_bf16;
  table.from_bf16 = tile_from_bf16;
  table.from_u8 = tile_from_u8;
  return table;
}

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "elbo/device/cpu/pack_avx512.h"

namespace elbo::cpu {

HWY_EXPORT(make_tile_functions);
HWY_EXPORT(target_name);

const TileFunctions& tile_functions() {
  static const TileFunctions table = [] {
    TileFunctions functions = HWY_DYNAMIC_DISPATCH(make_tile_functions)();
    if (const auto faster = avx512_packing().to_bf16) functions.to_bf16 = faster;
    return functions;
  }();
  return table;
}

const char* instruction_set() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

}  // namespace elbo::cpu
#endif  // HWY_ONCE
