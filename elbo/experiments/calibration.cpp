#include "elbo/experiments/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "elbo/base/error.h"
#include "elbo/evaluate/detection.h"
#include "elbo/train/train_run.h"

namespace elbo {
namespace {

/// Of a learned score, each of the examples by what it learned from the others.
std::vector<double> cross_fitted(const LearnedScore& score, const ScoreFeatures& features) {
  constexpr std::int32_t kFolds = 5;
  const auto count = static_cast<std::int32_t>(features.rows.extent(0));
  std::vector<double> scores(static_cast<std::size_t>(count));
  for (std::int32_t fold = 0; fold < kFolds; ++fold) {
    std::vector<std::int32_t> inside, others;
    for (std::int32_t i = 0; i < count; ++i) (i % kFolds == fold ? inside : others).push_back(i);
    const LearnedArrays learned =
        score.learn({.names = features.names, .rows = features.rows.gather(others)});
    const std::vector<double> found =
        score.score(learned, {.names = features.names, .rows = features.rows.gather(inside)});
    for (std::size_t i = 0; i < inside.size(); ++i) {
      scores[static_cast<std::size_t>(inside[i])] = found[i];
    }
  }
  return scores;
}

/// What the thresholds promise, and what is learned from four fifths of them, needs some.
void check_count(const Dataset& held_out, const CalibrationOptions& options) {
  constexpr std::int64_t kFewestToLearnFrom = 10;
  const bool learns = std::ranges::any_of(options.scores.names, [](const std::string& name) {
    return find_anomaly_score(name).learned.has_value();
  });
  const std::int64_t needed =
      std::max(enough_for_threshold(options.false_alarm_rate), learns ? kFewestToLearnFrom : 1);
  if (held_out.count() >= needed) return;
  throw DataError(
      "calibration: {} held-out examples are too few for a false-alarm rate of {}{}; give at least "
      "{}",
      held_out.count(), options.false_alarm_rate, learns ? " and for scores that learn" : "",
      needed);
}

Dataset evenly_spread(const Dataset& data, std::int64_t count) {
  std::vector<std::int32_t> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back(static_cast<std::int32_t>(i * data.count() / count));
  }
  return data.subset(rows);
}

/// One after another in an order in which each has what it is made of; `score_learned` says how a
/// learned score comes from its features.
template <typename ScoreLearned>
AnomalyScores compute(const FittedVae& vae, const Dataset& data, const ScoreRequest& request,
                      const ScoreSettings& settings, const ScoreLearned& score_learned) {
  std::set<std::string> needed(request.names.begin(), request.names.end());
  bool combine = false;
  for (const std::string& name : needed) {
    const AnomalyScore& kind = find_anomaly_score(name);
    if (!kind.applies_to(vae.model())) {
      throw UsageError("anomaly score '{}' is not for this model or its data; choose others", name);
    }
    combine = combine || kind.made_of_scores();
  }
  if (combine) {
    for (const AnomalyScore& kind : anomaly_score_kinds()) {
      if (kind.is_combined() && kind.applies_to(vae.model())) needed.insert(kind.name);
    }
  }
  const bool part = request.slow_examples > 0 && request.slow_examples < data.count();
  const Dataset few = part ? evenly_spread(data, request.slow_examples) : Dataset();
  const ScoreInput input(vae, data, settings);
  AnomalyScores scores;
  for (const bool made_of_scores : {false, true}) {
    for (const AnomalyScore& kind : anomaly_score_kinds()) {
      if (!needed.contains(kind.name) || kind.made_of_scores() != made_of_scores) continue;
      if (kind.learned) {
        scores[kind.name] = score_learned(kind, kind.learned->features(input, scores));
      } else if (kind.slow && part) {
        scores[kind.name] = kind.compute(ScoreInput(vae, few, settings));
      } else {
        scores[kind.name] = kind.compute(input);
      }
    }
  }
  return scores;
}

AnomalyScores only(AnomalyScores scores, const std::vector<std::string>& names) {
  std::erase_if(scores, [&](const auto& score) {
    return std::find(names.begin(), names.end(), score.first) == names.end();
  });
  return scores;
}

}  // namespace

double AnomalyCalibration::threshold(const std::string& score) const {
  const auto found = thresholds.find(score);
  if (found == thresholds.end()) {
    throw UsageError(
        "the calibration on {} has no threshold for '{}'; choose another score, or calibrate again "
        "with --scores {}",
        data_spec, score, score);
  }
  return found->second;
}

std::vector<std::string> AnomalyCalibration::usual_scores() const {
  std::vector<std::string> names;
  for (const auto& [name, threshold] : thresholds) {
    if (!find_anomaly_score(name).slow) names.push_back(name);
  }
  return names;
}

AnomalyCalibration calibrate(const FittedVae& vae, const Dataset& held_out,
                             const CalibrationOptions& options) {
  AnomalyCalibration calibration{.count = held_out.count(),
                                 .false_alarm_rate = options.false_alarm_rate,
                                 .data_spec = held_out.spec,
                                 .settings = options.settings,
                                 .thresholds = {},
                                 .learned = {}};
  check_count(held_out, options);
  // The seed's rule is about the error, whatever else is asked for.
  ScoreRequest request = options.scores;
  request.names.emplace_back("reconstruction_error");
  const AnomalyScores scores =
      compute(vae, held_out, request, options.settings,
              [&](const AnomalyScore& kind, const ScoreFeatures& features) {
                std::vector<double> found = cross_fitted(*kind.learned, features);
                calibration.learned[kind.name] = kind.learned->learn(features);
                return found;
              });
  for (const auto& [name, values] : only(scores, options.scores.names)) {
    calibration.thresholds[name] = calibrated_threshold(values, options.false_alarm_rate);
  }
  const std::vector<double>& errors = scores.at("reconstruction_error");
  const auto count = static_cast<double>(errors.size());
  const double mean = std::accumulate(errors.begin(), errors.end(), 0.0) / count;
  double squares = 0;
  for (const double error : errors) squares += (error - mean) * (error - mean);
  calibration.weights_crc32c = checksum(vae.parameters());
  calibration.error_mean = mean;
  calibration.error_standard_deviation = std::sqrt(squares / count);
  return calibration;
}

AnomalyScores anomaly_scores(const FittedVae& vae, const Dataset& data, const ScoreRequest& request,
                             const AnomalyCalibration& calibration) {
  if (calibration.weights_crc32c && *calibration.weights_crc32c != checksum(vae.parameters())) {
    throw UsageError(
        "the model has changed since it was calibrated on {}; calibrate again: 'elbo anomaly "
        "calibrate RUN'",
        calibration.data_spec);
  }
  const AnomalyScores scores =
      compute(vae, data, request, calibration.settings,
              [&](const AnomalyScore& kind, const ScoreFeatures& features) {
                const auto learned = calibration.learned.find(kind.name);
                if (learned == calibration.learned.end()) {
                  throw UsageError(
                      "the calibration on {} was made without '{}'; calibrate again with --scores "
                      "{}",
                      calibration.data_spec, kind.name, kind.name);
                }
                return kind.learned->score(learned->second, features);
              });
  return only(scores, request.names);
}

}  // namespace elbo
