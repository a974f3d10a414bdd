// The objective.* table of settings.
#pragma once

#include <cstdint>
#include <string>

#include "elbo/base/settings.h"

namespace elbo {

struct ObjectiveSettings {
  std::string name = "elbo";
  double beta = 1;
  std::int64_t warmup_epochs = 0;
};

const SettingsTable<ObjectiveSettings>& objective_settings_table();

}  // namespace elbo
