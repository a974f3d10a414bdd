// The importance-weighted bound with K samples, which is the ELBO for K = 1 and grows with K
// towards log p(x). Burda, Grosse & Salakhutdinov 2015, eq. 8. The weight of the KL term, where it
// is not 1, multiplies log p(z) - log q(z | x).
#include <cmath>

#include "elbo/objectives/importance_samples.h"

namespace elbo {

Objective iwae_objective(const ObjectiveSettings& settings, const Vae& model,
                         const ModelBatch& batch, const TrainingContext& training) {
  const ImportanceSamples samples = importance_samples(model, batch, settings.samples);
  const Value regulariser = samples.log_prior - samples.log_posterior;
  const Value log_weights =
      samples.log_likelihood + regulariser * (training.warmup * settings.beta);
  const Value bound =
      log_sum_exp(log_weights, {-1}) - std::log(static_cast<double>(settings.samples));
  return {.loss = -mean_over_batch(bound), .terms = elbo_terms(model, samples)};
}

}  // namespace elbo
