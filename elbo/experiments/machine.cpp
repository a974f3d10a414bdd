#include "elbo/experiments/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/cpu_executor.h"

namespace elbo {
namespace {

/// The processor's name as Linux tells it on x86; empty elsewhere.
std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

}  // namespace

nlohmann::json describe_machine() {
  nlohmann::json machine = {{"cores", available_threads()},
                            {"instruction_set", cpu_instructions()}};
  if (const std::string cpu = cpu_name(); !cpu.empty()) machine["cpu"] = cpu;
  const long pages = ::sysconf(_SC_PHYS_PAGES), page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page_bytes > 0) {
    const double gib = static_cast<double>(pages) * static_cast<double>(page_bytes) / (1 << 30);
    machine["memory_gib"] = std::round(gib * 10) / 10;
  }
  utsname system{};
  if (::uname(&system) == 0) {
    machine["os"] = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  return machine;
}

}  // namespace elbo
