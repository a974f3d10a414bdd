// How well a calibrated detector tells normal from anomalous data, by each of its scores.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "elbo/experiments/calibration.h"
#include "elbo/experiments/result_folder.h"

namespace elbo {

struct AnomalyReportOptions {
  /// The score of the headline numbers.
  std::string chosen = "combined";
  /// results/NAME.json and the arrays' prefix.
  std::string name = "anomaly";
  bool with_seed_rule = true;
  /// No names: those that the calibration was made for and that aren't slow.
  ScoreRequest scores;
};

/// Returns what it has also written as NAME.json. Throws as anomaly_scores.
nlohmann::json run_anomaly(const FittedVae& vae, const AnomalyCalibration& calibration,
                           const Dataset& normal, const Dataset& anomalous,
                           const AnomalyReportOptions& options, const ResultFolder& results);

}  // namespace elbo
