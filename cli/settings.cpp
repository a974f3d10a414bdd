// `elbo settings`: what --set and TOML files may say.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/train/run_config.h"

namespace elbo::cli {
namespace {

class Settings : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("TABLE", &name_, "only this one: data, model, objective, train",
                         Need::optional);
    arguments.example("elbo settings model");
  }

  Result run(const CommonOptions&) override {
    Result result;
    result.json["settings"] = nlohmann::json::array();
    for (const TableHelp& table : asked_for()) {
      for (const SettingHelp& setting : table.settings) {
        result.json["settings"].push_back(
            {{"name", setting.name},
             {"default", nlohmann::json::parse(setting.default_value)},
             {"expected", setting.expected},
             {"help", setting.help}});
        result.text += fmt::format("{} = {}\n    {}: {}\n", setting.name, setting.default_value,
                                   setting.help, setting.expected);
      }
    }
    return result;
  }

 private:
  std::vector<TableHelp> asked_for() const {
    std::vector<TableHelp> all = settings_help();
    if (!name_) return all;
    const auto found = std::ranges::find(all, *name_, &TableHelp::name);
    if (found != all.end()) return {*found};
    std::vector<std::string> names;
    for (const TableHelp& table : all) names.push_back(table.name);
    throw UsageError("settings: there is no table '{}'{}", *name_, did_you_mean(*name_, names));
  }

  std::optional<std::string> name_;
};

}  // namespace

std::unique_ptr<Command> make_settings() {
  return std::make_unique<Settings>();
}

}  // namespace elbo::cli
