#include "elbo/experiments/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "elbo/base/threads.h"
#include "elbo/device/cpu/tile_ops.h"

namespace elbo {
namespace {

/// The value of the first line that begins with `key`, after its separator; empty when there is
/// none.
std::string find_line(const char* path, const std::string& key, char separator) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind(key, 0) != 0) continue;
    std::string value = line.substr(line.find(separator) + 1);
    std::erase(value, '"');
    return value.substr(std::min(value.find_first_not_of(" \t"), value.size()));
  }
  return {};
}

}  // namespace

nlohmann::json describe_machine() {
  const double bytes =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  utsname system = {};
  uname(&system);
  std::string cpu = find_line("/proc/cpuinfo", "model name", ':');
  if (cpu.empty()) cpu = system.machine;
  std::string os = find_line("/etc/os-release", "PRETTY_NAME", '=');
  if (os.empty()) os = system.sysname;
  return {{"cpu", cpu},
          {"cores", available_threads()},
          {"memory_gib", std::round(bytes / 1073741824.0 * 10) / 10},
          {"instruction_set", cpu::instruction_set()},
          {"os", os}};
}

}  // namespace elbo
