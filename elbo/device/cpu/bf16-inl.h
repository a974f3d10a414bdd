// Rounding to bfloat16 on vectors. Included once for each instruction set, so without the usual
// guard (see "hwy/foreach_target.h").
#if defined(ELBO_DEVICE_CPU_BF16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ELBO_DEVICE_CPU_BF16_INL_H_
#undef ELBO_DEVICE_CPU_BF16_INL_H_
#else
#define ELBO_DEVICE_CPU_BF16_INL_H_
#endif

#include <hwy/highway.h>

#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace elbo::cpu::HWY_NAMESPACE {

HWY_INLINE const std::uint32_t* as_bits(const float* x) {
  return reinterpret_cast<const std::uint32_t*>(x);
}

/// Bits of floats, rounded to the nearest bfloat16, ties to even: the result is in the upper half
/// of each lane, the lower half is what rounding left there. NaN stays NaN.
template <typename U, typename Bits>
HWY_INLINE Bits rounded_to_bf16(U d, Bits bits) {
  namespace hn = hwy::HWY_NAMESPACE;
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(d, 0x7fff)));
  // Rounding could carry a NaN's fraction away: keep it and set its highest bit.
  const auto magnitude = hn::And(bits, hn::Set(d, 0x7fffffffu));
  const auto is_nan = hn::Gt(magnitude, hn::Set(d, 0x7f800000u));
  return hn::IfThenElse(is_nan, hn::Or(bits, hn::Set(d, 0x00400000u)), rounded);
}

}  // namespace elbo::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
