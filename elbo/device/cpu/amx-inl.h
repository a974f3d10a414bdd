// The registers of AMX, by the compiler's assembler: GCC's own functions for them don't tell the
// optimizer which memory they read and write. Eight registers of 16 rows of 64 bytes; what is in
// them is a thread's own, from configure() to release().
#pragma once

#include <algorithm>
#include <cstdint>

namespace elbo::cpu::amx {

/// Rows of a register and words in each.
inline constexpr int kSide = 16;

struct alignas(64) TileConfig {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

// The compiler knows nothing of these registers, and uses none by itself.
inline void configure() {
  TileConfig config;
  std::fill_n(config.row_bytes, 8, std::uint16_t{4 * kSide});
  std::fill_n(config.rows, 8, std::uint8_t{kSide});
  asm volatile("ldtilecfg %0" : : "m"(config));
}

inline void release() {
  asm volatile("tilerelease");
}

template <int kRegister>
inline void set_zero() {
  asm volatile("tilezero %%tmm%c0" : : "i"(kRegister));
}

/// stride: words from one row to the next.
template <int kRegister>
inline void load(const void* from, std::int64_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2"
               :
               : "r"(from), "r"(4 * stride), "i"(kRegister)
               : "memory");
}

template <int kRegister>
inline void store(void* to, std::int64_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)"
               :
               : "r"(to), "r"(4 * stride), "i"(kRegister)
               : "memory");
}

/// C += A B.
template <int kC, int kA, int kB>
inline void multiply_add() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kC), "i"(kA), "i"(kB));
}

}  // namespace elbo::cpu::amx
