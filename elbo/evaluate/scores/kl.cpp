// KL(q(z | x) || p(z)): how much the code of an example says that the prior doesn't.
#include "elbo/evaluate/anomaly_score.h"

namespace elbo {

AnomalyScore kl_score() {
  return {.name = "kl",
          .description = "how far the example's posterior is from the prior",
          .unit = "nats",
          .compute = [](const ScoreInput& input) { return input.bound().kl; }};
}

}  // namespace elbo
