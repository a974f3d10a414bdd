// -log of the mean of K importance weights: a bound on -log p(x) that is tighter than the ELBO's.
// Burda, Grosse & Salakhutdinov 2015, eq. 8.
#include "elbo/evaluate/anomaly_score.h"
#include "elbo/evaluate/bound.h"

namespace elbo {

AnomalyScore importance_bound_score() {
  return {.name = "importance_bound",
          .description = "bound on -log p(x) with K importance samples, tighter than negative_elbo",
          .unit = "nats",
          .slow = true,
          .compute = [](const ScoreInput& input) {
            return importance_weighted_nll(input.vae(), input.data(),
                                           input.settings().importance_samples,
                                           input.settings().seed, /*same_noise=*/true);
          }};
}

}  // namespace elbo
