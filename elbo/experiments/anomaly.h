// Anomaly detection: scores, a threshold that keeps a promise on false alarms, and how well it all
// works.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/result_folder.h"

namespace elbo {

/// Scores of each example by name; higher means more anomalous.
using AnomalyScores = std::map<std::string, std::vector<double>>;

/// "negative_elbo": -ELBO in nats, the mean over a few samples of z. "reconstruction_error": mean
/// squared error at the posterior mean. "reconstruction_probability": -log p(x | z) in nats, the
/// mean over the same samples (An & Cho 2015). "complexity_corrected", for pixels only: -ELBO less
/// the nats that the image takes when compressed without loss (Serra et al. 2020).
AnomalyScores anomaly_scores(const FittedVae& vae, const Dataset& data, std::uint64_t seed);
const std::vector<std::string>& anomaly_score_names();

/// Thresholds learned from held-out normal data.
struct AnomalyCalibration {
  std::int64_t count = 0;
  double false_alarm_rate = 0.005;
  std::string data_spec;
  std::uint64_t seed = 1;
  std::map<std::string, double> thresholds;
  /// The seed's rule: accept inside mean +- 2 standard deviations of the reconstruction error.
  double error_mean = 0;
  double error_standard_deviation = 0;

  /// Throws UsageError for a score that it was made without.
  double threshold(const std::string& score) const;
};

AnomalyCalibration calibrate(const FittedVae& vae, const Dataset& held_out, double false_alarm_rate,
                             std::uint64_t seed);
void write_calibration(const std::filesystem::path& path, const AnomalyCalibration& calibration);
/// Throws FileError when it is missing or damaged.
AnomalyCalibration read_calibration(const std::filesystem::path& path);

struct AnomalyReportOptions {
  /// The score of the headline numbers.
  std::string chosen = "negative_elbo";
  /// results/NAME.json and the arrays' prefix.
  std::string name = "anomaly";
  bool with_seed_rule = true;
};

nlohmann::json run_anomaly(const FittedVae& vae, const AnomalyCalibration& calibration,
                           const Dataset& normal, const Dataset& anomalous,
                           const AnomalyReportOptions& options, const ResultFolder& results);

}  // namespace elbo
