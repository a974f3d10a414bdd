#include "elbo/base/process.h"

#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <string>

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
  // What getrusage() tells may be of the program that this process was before it became this one.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib / 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;  // Linux counts in KiB
}

}  // namespace elbo
