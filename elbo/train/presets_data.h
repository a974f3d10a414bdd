// The texts of presets/*.toml, which CMake turns into a source file in the build folder.
#pragma once

#include <string>
#include <vector>

namespace elbo {

struct PresetSource {
  std::string name;
  std::string toml;
};

const std::vector<PresetSource>& preset_sources();

}  // namespace elbo
