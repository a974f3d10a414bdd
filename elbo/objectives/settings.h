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
  std::int64_t cycles = 1;
  std::int64_t samples = 5;
  double free_nats = 0.5;
  double capacity_nats = 25;
  double capacity_weight = 1000;
  double discrepancy_weight = 100;
};

const SettingsTable<ObjectiveSettings>& objective_settings_table();

}  // namespace elbo
