// Presets: files of settings that ship inside of the program (presets/*.toml).
#pragma once

#include <string>
#include <vector>

namespace elbo {

struct Preset {
  std::string name;
  /// The `description` at the top of its file, one line.
  std::string description;
  /// `reaches` and `takes`: what was measured with it and how long that took, if anybody did.
  std::string reaches, takes;
  /// The whole file.
  std::string toml;
};

/// All presets, sorted by name.
const std::vector<Preset>& presets();
/// Throws UsageError, with the nearest name, when there is none of that name.
const Preset& find_preset(const std::string& name);

}  // namespace elbo
