// Books memory once: buffers whose lifetimes don't overlap share the same bytes of one arena.
#pragma once

#include <cstdint>
#include <vector>

namespace elbo {

inline constexpr std::int64_t kAlignmentBytes = 64;

/// A buffer that is written at step `first` and read for the last time at step `last`.
struct Lifetime {
  std::int64_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  /// One a buffer, multiples of kAlignmentBytes.
  std::vector<std::int64_t> offsets;
  std::int64_t total_bytes = 0;
};

/// Largest buffers first, each at the lowest offset where it overlaps no buffer alive with it.
MemoryPlan book_memory(const std::vector<Lifetime>& buffers);

}  // namespace elbo
