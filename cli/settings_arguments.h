// The three options that say how a model is trained: --preset, --config and --set, in this order of
// precedence, the last the strongest.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "elbo/train/run_config.h"

namespace elbo::cli {

class SettingsArguments {
 public:
  void declare(Arguments& arguments);
  /// True when any of them is given.
  bool given() const { return !preset_.empty() || !config_.empty() || !overrides_.empty(); }
  /// What --preset names; empty: nothing.
  const std::string& preset() const { return preset_; }
  /// The base (defaults, or the settings of a run that is resumed), then the preset, the file, each
  /// --set, and --seed.
  RunConfig resolve(const CommonOptions& common, RunConfig base = {}) const;

 private:
  std::string preset_;
  std::string config_;
  std::vector<std::string> overrides_;
};

}  // namespace elbo::cli
