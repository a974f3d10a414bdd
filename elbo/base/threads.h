// One pool of threads for everything: OpenMP's. The count is always passed in, never global.
#pragma once

#include <cstdint>

namespace elbo {

/// How many threads this machine can run at once, at least 1.
int available_threads();

/// Calls body(begin, end) on disjoint ranges that cover [0, count), one range a thread, each but
/// the last a multiple of `grain` long. Runs inline when one range is enough. body must not throw.
template <typename Body>
void parallel_for(int threads, std::int64_t count, std::int64_t grain, const Body& body) {
  const std::int64_t grains = (count + grain - 1) / grain;
  const std::int64_t used = grains < threads ? grains : threads;
  if (used <= 1) {
    if (count > 0) body(std::int64_t{0}, count);
    return;
  }
#pragma omp parallel for num_threads(static_cast <int>(used)) schedule(static, 1)
  for (std::int64_t part = 0; part < used; ++part) {
    const std::int64_t begin = grains * part / used * grain;
    const std::int64_t end = grains * (part + 1) / used * grain;
    body(begin, end < count ? end : count);
  }
}

}  // namespace elbo
