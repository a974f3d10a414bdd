#include "cli/command.h"

#include <utility>

#include "cli/download_bar.h"

namespace elbo::cli {

DataOptions CommonOptions::data() const {
  DataOptions options;
  options.data_dir = data_dir;
  if (seed) options.seed = static_cast<std::uint64_t>(*seed);
  options.threads = static_cast<int>(threads);
  if (!quiet) options.progress = download_bar();
  return options;
}

void Arguments::positional(const std::string& name, const SettingTarget& target,
                           const std::string& help, Need need) {
  list_.push_back({name, name, help, need, {}, target});
}

void Arguments::option(const std::string& name_and_value, const SettingTarget& target,
                       const std::string& help, Allowed allowed, Need need) {
  const std::size_t space = name_and_value.find(' ');
  list_.push_back({name_and_value.substr(0, space), name_and_value.substr(space + 1), help, need,
                   std::move(allowed), target});
}

void Arguments::flag(const std::string& name, bool& value, const std::string& help) {
  list_.push_back({name, "", help, Need::optional, {}, &value});
}

}  // namespace elbo::cli
