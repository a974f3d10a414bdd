#include "elbo/base/process.h"

#include <sys/resource.h>

#include <chrono>

namespace elbo {
namespace {

using Clock = std::chrono::steady_clock;

// Set before main() begins.
const Clock::time_point kStart = Clock::now();

}  // namespace

double seconds_since_start() {
  return std::chrono::duration<double>(Clock::now() - kStart).count();
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;  // Linux counts in KiB
}

}  // namespace elbo
