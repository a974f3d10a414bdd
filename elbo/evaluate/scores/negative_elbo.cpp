// -ELBO(x): a bound on -log p(x) from above. Kingma & Welling 2013, eq. 3.
#include "elbo/evaluate/anomaly_score.h"

namespace elbo {

AnomalyScore negative_elbo_score() {
  return {.name = "negative_elbo",
          .description = "how unlikely the model finds the example: the negative bound on log p(x)",
          .unit = "nats",
          .compute = [](const ScoreInput& input) { return input.bound().negative_elbo; }};
}

}  // namespace elbo
