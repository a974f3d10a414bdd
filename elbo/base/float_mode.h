// How the processor treats subnormal numbers, which are closer to zero than the smallest number
// with all its digits (1.2e-38 in single precision). Many processors handle each of them in a
// hundred cycles of microcode; training makes many, because a moment of Adam whose gradient has
// become zero shrinks by a factor each step and, rounded, stays above zero for ever.
#pragma once

#include <cstdint>

namespace elbo {

/// The calling thread's mode; all that is to be done with it is to give it to another thread.
std::uint64_t float_mode();
void set_float_mode(std::uint64_t mode);

/// While it lives, the calling thread, and those that share its loops, take subnormal numbers for
/// zero. Processors without such a mode go on as before.
class FlushSubnormals {
 public:
  FlushSubnormals();
  ~FlushSubnormals() { set_float_mode(before_); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace elbo
