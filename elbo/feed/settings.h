// The data.* table of settings.
#pragma once

#include <string>

#include "elbo/base/settings.h"

namespace elbo {

struct DataSettings {
  /// Share of the training examples kept for validation (below 1), or their number.
  double validation = 0.0833;
  /// "none", "static" or "dynamic".
  std::string binarisation = "none";
  /// Largest standard deviation of the noise added to what the encoder sees in training; each
  /// example draws its own from U(0, noise).
  double noise = 0;
  /// How far training images are shifted, turned, stretched and sheared, anew for each epoch.
  double distortion = 0;
};

const SettingsTable<DataSettings>& data_settings_table();

}  // namespace elbo
