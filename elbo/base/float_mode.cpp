#include "elbo/base/float_mode.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace elbo {
namespace {

#if defined(__x86_64__)
/// Results (bit 15, FTZ) and operands (bit 6, DAZ).
constexpr std::uint64_t kFlush = 1U << 15 | 1U << 6;
#elif defined(__aarch64__)
/// Both: FZ.
constexpr std::uint64_t kFlush = 1U << 24;
#else
constexpr std::uint64_t kFlush = 0;
#endif

}  // namespace

std::uint64_t float_mode() {
#if defined(__x86_64__)
  return _mm_getcsr();
#elif defined(__aarch64__)
  std::uint64_t mode = 0;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return 0;
#endif
}

void set_float_mode([[maybe_unused]] std::uint64_t mode) {
#if defined(__x86_64__)
  _mm_setcsr(static_cast<unsigned>(mode));
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(mode));
#endif
}

FlushSubnormals::FlushSubnormals() : before_(float_mode()) {
  set_float_mode(before_ | kFlush);
}

}  // namespace elbo
