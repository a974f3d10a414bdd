#include "cli/settings_arguments.h"

#include "elbo/base/error.h"
#include "elbo/io/toml.h"
#include "elbo/train/presets.h"

namespace elbo::cli {

void SettingsArguments::declare(Arguments& arguments) {
  arguments.option("--preset NAME", &preset_,
                   "settings that ship with the program ('elbo presets')");
  arguments.option("--config FILE", &config_, "a TOML file of settings");
  arguments.option("--set TABLE.KEY=VALUE", &overrides_,
                   "one setting ('elbo settings'), e.g. model.latent=10; repeat for more");
}

RunConfig SettingsArguments::resolve(const CommonOptions& common, RunConfig config) const {
  if (!preset_.empty()) {
    apply_tables(config, parse_toml(find_preset(preset_).toml, "preset " + preset_));
  }
  if (!config_.empty()) {
    const nlohmann::json tables = read_toml_file(config_);
    try {
      apply_tables(config, tables);
    } catch (const UsageError& error) {
      throw UsageError("{}: {}", config_, error.what());
    }
  }
  nlohmann::json tables = nlohmann::json::object();
  for (const std::string& text : overrides_) apply_override(tables, text);
  apply_tables(config, tables);
  if (common.seed) config.train.seed = *common.seed;
  return config;
}

}  // namespace elbo::cli
