// Loops split between threads. The number of threads is always passed in, never global.
#pragma once

#include <algorithm>
#include <cstdint>

#include "elbo/base/thread_pool.h"

namespace elbo {

/// How many threads this process may run at once, at least 1.
int available_threads();

/// Calls body(begin, end) on disjoint ranges that cover [0, count): as many ranges as threads, or
/// fewer, each but the last a multiple of `grain` long. The ranges depend on nothing else; which
/// thread takes which does, so a body must not care. Runs inline when one range is enough. body
/// must not throw.
template <typename Body>
void parallel_for(int threads, std::int64_t count, std::int64_t grain, const Body& body) {
  const std::int64_t grains = (count + grain - 1) / grain;
  const std::int64_t used = std::min({grains, std::int64_t{threads}, std::int64_t{kMostThreads}});
  if (used <= 1) {
    if (count > 0) body(std::int64_t{0}, count);
    return;
  }
  const auto run_range = [&](std::int64_t part) {
    const std::int64_t begin = grains * part / used * grain;
    const std::int64_t end = grains * (part + 1) / used * grain;
    body(begin, end < count ? end : count);
  };
  thread_pool().run(static_cast<int>(used), PartFunction(run_range));
}

}  // namespace elbo
