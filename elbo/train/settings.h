// The train.* and data.* tables of settings.
#pragma once

#include <cstdint>
#include <string>

#include "elbo/base/settings.h"

namespace elbo {

struct DataSettings {
  /// Share of the training examples kept for validation (below 1), or their number.
  double validation = 0.0833;
  /// "none", "static" or "dynamic".
  std::string binarisation = "none";
  /// Standard deviation of the noise added to what the encoder sees.
  double noise = 0;
};

struct TrainSettings {
  std::int64_t epochs = 20;
  double seconds = 0;
  std::int64_t batch_size = 128;
  std::string optimizer = "adam";
  double learning_rate = 1e-3;
  std::string schedule = "cosine";
  std::int64_t warmup_steps = 0;
  double weight_decay = 0;
  double clip_norm = 0;
  double average_decay = 0;
  std::int64_t patience = 0;
  std::int64_t validate_every = 1;
  double checkpoint_seconds = 15;
  std::string precision = "fp32";
  std::int64_t seed = 1;
};

const SettingsTable<DataSettings>& data_settings_table();
const SettingsTable<TrainSettings>& train_settings_table();

}  // namespace elbo
