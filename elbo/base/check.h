// Assertions for invariants of our own. They stay on in release builds: each is outside of hot
// loops.
#pragma once

namespace elbo::detail {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}

/// Aborts with the expression and its place when it is false. Never for user input (error.h).
#define ELBO_ASSERT(expression) \
  ((expression) ? (void)0 : ::elbo::detail::assertion_failed(#expression, __FILE__, __LINE__))
