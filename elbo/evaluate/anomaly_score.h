// Anomaly scores: numbers an example, higher where it is less like the data that a model was
// trained on. A registry by name; a score is one file of scores/ (docs/anomaly.md has the
// formulas).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {

/// Scores of each example by the score's name.
using AnomalyScores = std::map<std::string, std::vector<double>>;

struct ScoreSettings {
  /// Keys the noise, which is the same for all examples: equal examples have equal scores.
  std::uint64_t seed = 1;
  /// K of "importance_bound".
  std::int64_t importance_samples = 64;
  /// Of Adam, for "likelihood_regret".
  std::int64_t regret_steps = 100;
};

/// A model and data, with what several scores need of them: computed when it is first asked for.
class ScoreInput {
 public:
  /// All must outlive it. Throws as FittedVae::check.
  ScoreInput(const FittedVae& vae, const Dataset& data, const ScoreSettings& settings);

  const FittedVae& vae() const { return vae_; }
  const Dataset& data() const { return data_; }
  const ScoreSettings& settings() const { return settings_; }

  /// In nats, (M) each: means over a few draws of z.
  struct BoundTerms {
    std::vector<double> negative_elbo, negative_log_likelihood, kl;
  };
  const BoundTerms& bound() const;
  /// The codes that stand for the examples, (M, L).
  const Array& codes() const;

 private:
  const FittedVae& vae_;
  const Dataset& data_;
  const ScoreSettings& settings_;
  mutable std::optional<BoundTerms> bound_;
  mutable std::optional<Array> codes_;
};

/// What a learned score keeps of normal data; any type of numbers.
using LearnedArrays = std::map<std::string, Array>;

/// What a learned score looks at: rows (M, F) f32, and the columns' names where they have any.
struct ScoreFeatures {
  std::vector<std::string> names;
  Array rows;
};

/// A score that is learned from normal data which training has not seen.
struct LearnedScore {
  /// `others`: the scores that need no learning from other scores, as far as they were computed.
  ScoreFeatures (*features)(const ScoreInput& input, const AnomalyScores& others) = nullptr;
  LearnedArrays (*learn)(const ScoreFeatures& normal) = nullptr;
  /// Throws DataError when what was learned doesn't fit the features.
  std::vector<double> (*score)(const LearnedArrays& learned,
                               const ScoreFeatures& features) = nullptr;
  /// It is made of the scores for which is_combined() holds.
  bool made_of_scores = false;
};

struct AnomalyScore {
  std::string name;
  /// One line for people.
  std::string description;
  /// "nats", or empty for a number without a unit.
  std::string unit;
  /// Takes more than some passes over the data, so it is computed only when it is asked for.
  bool slow = false;
  /// Others say it already: it is a difference or a sum of them.
  bool redundant = false;
  /// Null: any model.
  bool (*applies)(const Vae& model) = nullptr;
  /// One of the two.
  std::vector<double> (*compute)(const ScoreInput& input) = nullptr;
  std::optional<LearnedScore> learned = std::nullopt;

  bool applies_to(const Vae& model) const { return applies == nullptr || applies(model); }
  bool made_of_scores() const { return learned && learned->made_of_scores; }
  /// Whether scores that are made of scores have it among them.
  bool is_combined() const { return !slow && !redundant && !made_of_scores(); }
};

/// One entry a file of scores/; the list is made by CMake.
const std::vector<AnomalyScore>& anomaly_score_kinds();
/// Throws UsageError, with the nearest name, when there is none.
const AnomalyScore& find_anomaly_score(const std::string& name);
std::vector<std::string> anomaly_score_names();
/// Those that apply to the model and aren't slow.
std::vector<std::string> usual_score_names(const Vae& model);

}  // namespace elbo
