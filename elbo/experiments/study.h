// The whole study, from nothing to a folder of results: trains what it needs, runs every
// experiment, writes summary.json. Begun again in the same folder it goes on where it stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "elbo/data/source.h"
#include "elbo/train/trainer.h"

namespace elbo {

struct StudyOptions {
  std::filesystem::path folder;
  /// "quick", "standard" or "full".
  std::string budget = "standard";
  std::uint64_t seed = 1;
  int threads = 1;
  DataOptions data;
  /// What was typed, for the record.
  std::string command;
  /// Callbacks for the training of the model of that name. Those of two models may be called at the
  /// same time.
  std::function<TrainingCallbacks(const std::string& model)> callbacks;
  /// A line on what happens now.
  std::function<void(const std::string& line)> on_stage;
};

/// Returns what it wrote to summary.json. Uses drawn digits (`strokes`) where MNIST can neither be
/// found nor downloaded, and says so. Throws as training does.
nlohmann::json run_study(const StudyOptions& options);

}  // namespace elbo
