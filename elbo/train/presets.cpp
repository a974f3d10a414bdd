#include "elbo/train/presets.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/io/toml.h"
#include "elbo/train/presets_data.h"

namespace elbo {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = [] {
    std::vector<Preset> made;
    for (const PresetSource& source : preset_sources()) {
      const nlohmann::json document = parse_toml(source.toml, "preset " + source.name);
      made.push_back({source.name, document.value("description", ""), document.value("reaches", ""),
                      document.value("takes", ""), source.toml});
    }
    std::sort(made.begin(), made.end(),
              [](const Preset& a, const Preset& b) { return a.name < b.name; });
    return made;
  }();
  return all;
}

const Preset& find_preset(const std::string& name) {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  const std::string hint = did_you_mean(name, names);
  throw UsageError(
      "there is no preset '{}'{}", name,
      hint.empty() ? "; known are " + fmt::format("{}", fmt::join(names, ", ")) : hint);
}

}  // namespace elbo
