// -E[log p(x | z)] over q(z | x). An & Cho 2015, "Variational autoencoder based anomaly detection
// using reconstruction probability", algorithm 4.
#include "elbo/evaluate/anomaly_score.h"

namespace elbo {

AnomalyScore reconstruction_probability_score() {
  return {.name = "reconstruction_probability",
          .description = "how unlikely the example is given its own codes: -log p(x | z)",
          .unit = "nats",
          .redundant = true,  // negative_elbo less kl
          .compute = [](const ScoreInput& input) { return input.bound().negative_log_likelihood; }};
}

}  // namespace elbo
