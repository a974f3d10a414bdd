// Counts what the whole test program allocates between two marks, on any thread.
#pragma once

#include <cstdint>

namespace elbo::testing {

/// False where malloc can't be replaced: under sanitizers, which bring their own, and without
/// glibc.
bool can_count_allocations();

void start_counting_allocations();
/// Calls of malloc, calloc, realloc and their aligned relatives (and so of operator new) since the
/// start.
std::int64_t stop_counting_allocations();

}  // namespace elbo::testing
