#include "elbo/graph/memory.h"

#include <algorithm>
#include <numeric>

namespace elbo {
namespace {

std::int64_t aligned(std::int64_t bytes) {
  return (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
}

}  // namespace

MemoryPlan book_memory(const std::vector<Lifetime>& buffers) {
  MemoryPlan plan;
  plan.offsets.resize(buffers.size());
  std::vector<std::size_t> by_size(buffers.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](auto a, auto b) { return buffers[a].bytes > buffers[b].bytes; });
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t current : by_size) {
    const std::int64_t bytes = aligned(buffers[current].bytes);
    std::int64_t offset = 0;
    for (const std::size_t other : placed) {
      const bool alive_together = buffers[other].first <= buffers[current].last &&
                                  buffers[current].first <= buffers[other].last;
      if (!alive_together) continue;
      if (offset + bytes <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + aligned(buffers[other].bytes));
    }
    plan.offsets[current] = offset;
    plan.total_bytes = std::max(plan.total_bytes, offset + bytes);
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), current,
                         [&](auto a, auto b) { return plan.offsets[a] < plan.offsets[b]; }),
        current);
  }
  return plan;
}

}  // namespace elbo
