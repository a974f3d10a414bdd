#include "cli/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <variant>

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

namespace {

struct DefaultValue {
  std::string operator()(const std::string* value) const { return *value; }
  std::string operator()(const std::int64_t* value) const { return std::to_string(*value); }
  std::string operator()(const double* value) const { return fmt::format("{:g}", *value); }
  std::string operator()(const std::vector<double>* value) const {
    return fmt::format("{:g}", fmt::join(*value, ","));
  }
  template <typename Other>
  std::string operator()(const Other*) const {
    return "";
  }
};

}  // namespace

void Arguments::positional(const std::string& name, const SettingTarget& target,
                           const std::string& help, Need need) {
  list_.push_back({name, name, help, need, {}, target});
}

void Arguments::option(const std::string& name_and_value, const SettingTarget& target,
                       const std::string& help, Allowed allowed, Need need) {
  const std::size_t space = name_and_value.find(' ');
  // Where the help speaks of the default itself, the variable's value is not the whole truth.
  const bool is_told = help.find("default") != std::string::npos || need == Need::required;
  list_.push_back({name_and_value.substr(0, space), name_and_value.substr(space + 1), help, need,
                   std::move(allowed), target, is_told ? "" : std::visit(DefaultValue(), target)});
}

void Arguments::flag(const std::string& name, bool& value, const std::string& help) {
  list_.push_back({name, "", help, Need::optional, {}, &value});
}

}  // namespace elbo::cli
