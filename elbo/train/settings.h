// The train.* table of settings.
#pragma once

#include <cstdint>
#include <string>

#include "elbo/base/settings.h"

namespace elbo {

/// Every number up to it is exact in JSON.
inline constexpr std::int64_t kLargestSeed = 1'000'000'000'000'000;

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

const SettingsTable<TrainSettings>& train_settings_table();

}  // namespace elbo
