// Mahalanobis distance of an example's code to the codes of normal data: their mean and covariance,
// shrunk a little. Lee et al. 2018, "A simple unified framework for detecting out-of-distribution
// samples and adversarial attacks", eq. 1, with one class; Denouden et al. 2018 for autoencoders.
#include "elbo/evaluate/anomaly_score.h"
#include "elbo/evaluate/learned_gaussian.h"

namespace elbo {
namespace {

/// Beyond it the covariance takes longer to learn than everything else.
constexpr std::int64_t kLargestLatent = 1024;
/// Latents that are not in use hardly differ between examples; without it they would drown the
/// rest.
constexpr double kShrinkage = 0.01;

}  // namespace

AnomalyScore mahalanobis_score() {
  return {
      .name = "mahalanobis",
      .description = "distance of the example's code to the codes of normal data",
      .unit = "",
      .applies = [](const Vae& model) { return model.latent() <= kLargestLatent; },
      .learned = LearnedScore{.features =
                                  [](const ScoreInput& input, const AnomalyScores&) {
                                    return ScoreFeatures{.names = {}, .rows = input.codes()};
                                  },
                              .learn =
                                  [](const ScoreFeatures& normal) {
                                    return learn_gaussian(normal.rows, kShrinkage, "mahalanobis");
                                  },
                              .score =
                                  [](const LearnedArrays& learned, const ScoreFeatures& features) {
                                    return learned_distance(learned, features.rows, "mahalanobis");
                                  }}};
}

}  // namespace elbo
