// A KL that is held at a capacity, which grows while training warms up: the code gets its nats
// little by little. Burgess et al. 2018, "Understanding disentangling in beta-VAE", eq. 8, with the
// KL of the batch.
#include "elbo/objectives/objective.h"

namespace elbo {

Objective capacity_objective(const ObjectiveSettings& settings, const Vae& model,
                             const ModelBatch& batch, const TrainingContext& training) {
  const ElboTerms terms = elbo_terms(model, batch);
  const Value capacity = training.warmup * settings.capacity_nats;
  const Value distance = absolute(mean_over_batch(terms.kl) - capacity);
  return {.loss = distance * settings.capacity_weight - mean_over_batch(terms.log_likelihood),
          .terms = terms};
}

}  // namespace elbo
