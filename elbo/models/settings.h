// The model.* table of settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/base/settings.h"

namespace elbo {

struct ModelSettings {
  std::string name = "vae";
  std::int64_t latent = 20;
  std::string network = "mlp";
  std::vector<std::int64_t> hidden = {400};
  /// Empty: the encoder's, mirrored.
  std::vector<std::int64_t> decoder_hidden;
  std::vector<std::int64_t> channels = {32, 64};
  std::int64_t kernel = 3;
  std::string activation = "relu";
  std::string normalization = "none";
  bool residual = false;
  std::int64_t blocks = 0;
  double dropout = 0;
  std::string likelihood = "bernoulli";
  double sigma = 0.1;
  double degrees_of_freedom = 5;
  std::string posterior = "normal";
  std::string prior = "standard";
  std::int64_t prior_components = 100;
  std::int64_t flow_layers = 6;
  std::vector<std::int64_t> flow_hidden = {128};
};

const SettingsTable<ModelSettings>& model_settings_table();

}  // namespace elbo
