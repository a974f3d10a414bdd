// One-class detection: each class in turn is normal, a model is trained on it alone, and the other
// classes of the test set are the anomalies. Ruff et al. 2018, "Deep one-class classification",
// section 4.2: the protocol.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/experiments/calibration.h"
#include "elbo/train/run_config.h"
#include "elbo/train/trainer.h"

namespace elbo {

struct OneClassOptions {
  std::filesystem::path folder;
  /// Of each of the models.
  RunConfig config;
  int threads = 1;
  ScoreSettings settings;
  /// Empty: the usual ones.
  std::vector<std::string> scores;
  /// The score of the headline numbers; computed even if it is not among `scores`.
  std::string chosen = "combined";
  /// Callbacks for the training on the class of that name. Like on_stage, they may be called from
  /// several threads: classes are trained side by side.
  std::function<TrainingCallbacks(const std::string& class_name)> callbacks;
  /// A line on what happens now.
  std::function<void(const std::string& line)> on_stage;
};

/// Leaves a run folder a class, models/class-INDEX, and writes one_class.json, which it returns.
/// Begun again in the same folder it goes on where it stopped. Throws DataError, before it trains
/// anything, when the sets have no labels or not the same classes, fewer than two classes, or a
/// class with too few examples; UsageError for a conditional model; and as training does.
nlohmann::json run_one_class(const Dataset& train, const Dataset& test,
                             const OneClassOptions& options);

}  // namespace elbo
