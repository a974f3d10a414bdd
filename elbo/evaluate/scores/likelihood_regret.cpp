// The bound on log p(x) with the best posterior for x less the bound with the encoder's: small
// where the encoder has learned what to do. Xiao, Yan & Amit 2020, "Likelihood regret: an
// out-of-distribution detection score for variational auto-encoder", eq. 8, over the posterior's
// mean and variance.
#include "elbo/evaluate/anomaly_score.h"
#include "elbo/evaluate/posterior_search.h"

namespace elbo {

AnomalyScore likelihood_regret_score() {
  return {.name = "likelihood_regret",
          .description = "what the bound gains when the posterior is fitted to the one example",
          .unit = "nats",
          .slow = true,
          .compute = [](const ScoreInput& input) {
            const PosteriorSearch found =
                search_posteriors(input.vae(), input.data(),
                                  {.seed = input.settings().seed,
                                   .same_noise = true,
                                   .steps = input.settings().regret_steps});
            std::vector<double> regret = found.best_elbo;
            for (std::size_t i = 0; i < regret.size(); ++i) regret[i] -= found.encoder_elbo[i];
            return regret;
          }};
}

}  // namespace elbo
