// Which models a study trains, and with what settings for each budget.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elbo/experiments/train_on_generated.h"
#include "elbo/train/run_config.h"

namespace elbo {

struct StudyModel {
  /// Folder below models/.
  std::string name;
  std::string preset;
  RunConfig config;
};

/// A model with a preset's settings, every random number of which follows from the seed.
StudyModel model_from_preset(const std::string& name, const std::string& preset_name,
                             std::uint64_t seed);

struct StudyPlan {
  StudyModel reconstruction;
  StudyModel latent;
  /// Whether the best code of each test image is searched for as well.
  bool search_latent = false;
  StudyModel denoising;
  StudyModel anomaly;
  /// The same detector with the roles of the two data sets exchanged; not in the quick study.
  std::optional<StudyModel> anomaly_reverse;
  /// Examples of each set that it takes the slow scores of; enough to promise the rate of false
  /// alarms.
  std::int64_t regret_count = 400;
  /// Share of normal images that may raise an alarm.
  double false_alarm_rate = 0.003;
  StudyModel conditional;
  StudyModel likelihood;
  /// Of the likelihood estimate: samples an example, and examples.
  std::int64_t importance_samples = 64, likelihood_count = 500;
  ClassifierSettings judge;
  /// The classifier that is trained on samples alone; not in the quick study.
  std::optional<TrainOnGeneratedOptions> train_on_generated;
};

/// Throws UsageError for an unknown budget.
StudyPlan study_plan(const std::string& budget, std::uint64_t seed);

}  // namespace elbo
