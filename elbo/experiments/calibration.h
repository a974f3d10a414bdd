// What a detector learns from normal data that training has not seen: thresholds that keep a
// promise on false alarms, and what learned scores keep. Kept in a run's results/calibration.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "elbo/evaluate/anomaly_score.h"
#include "elbo/train/run_config.h"

namespace elbo {

/// Which scores are wanted.
struct ScoreRequest {
  std::vector<std::string> names;
  /// Slow scores are taken of so many examples, evenly spread over the data; 0: of all.
  std::int64_t slow_examples = 0;
};

struct AnomalyCalibration {
  std::int64_t count = 0;
  double false_alarm_rate = 0.005;
  std::string data_spec;
  ScoreSettings settings;
  /// By score; those that it was made for.
  std::map<std::string, double> thresholds;
  /// By score; of learned ones.
  std::map<std::string, LearnedArrays> learned;
  /// checksum() of the parameters that it was made for; earlier versions kept none.
  std::optional<std::uint32_t> weights_crc32c = std::nullopt;
  /// The seed's rule: accept inside mean +- 2 standard deviations of the reconstruction error.
  double error_mean = 0;
  double error_standard_deviation = 0;

  /// Throws UsageError for a score that it was made without.
  double threshold(const std::string& score) const;
  /// The scores that it was made for and that aren't slow.
  std::vector<std::string> usual_scores() const;
};

struct CalibrationOptions {
  /// Share of new normal examples that may be flagged.
  double false_alarm_rate = 0.005;
  ScoreSettings settings;
  ScoreRequest scores;
};

/// Thresholds are conformal quantiles (detection.h). Those of a learned score are from examples
/// that it wasn't learned from: each fifth of the data is scored by what the other four taught;
/// what is kept is learned from all. Barber et al. 2021, "Predictive inference with the
/// jackknife+", section
/// 3. Throws UsageError for a score that the model can't have, DataError when there are too few
/// examples.
AnomalyCalibration calibrate(const FittedVae& vae, const Dataset& held_out,
                             const CalibrationOptions& options);

/// The requested scores of each example. Throws UsageError for a learned score that the calibration
/// was made without, or when it was made for other weights.
AnomalyScores anomaly_scores(const FittedVae& vae, const Dataset& data, const ScoreRequest& request,
                             const AnomalyCalibration& calibration);

/// PATH is the JSON file; arrays lie beside it in PATH with the ending .safetensors.
void write_calibration(const std::filesystem::path& path, const AnomalyCalibration& calibration);
/// Throws FileError when it is missing or damaged.
AnomalyCalibration read_calibration(const std::filesystem::path& path);

}  // namespace elbo
