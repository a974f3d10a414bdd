// The KL taken apart: index-code mutual information, total correlation of the code's units, and the
// units' own KL; beta weighs the total correlation alone. Chen et al. 2018, "Isolating sources of
// disentanglement in VAEs", eq. 4. The densities of the aggregate posterior are estimated from the
// batch by minibatch weighted sampling (eq. 5).
#include <cmath>

#include "elbo/objectives/aggregate_posterior.h"
#include "elbo/objectives/objective.h"

namespace elbo {

Objective beta_tcvae_objective(const ObjectiveSettings& settings, const Vae& model,
                               const ModelBatch& batch, const TrainingContext& training) {
  require_normal_posterior("beta_tcvae", model);
  const Posterior posterior = model.posterior(batch.input, batch.condition);
  const Value noise = batch.input.graph().random_normal(posterior.mean.shape());
  const PosteriorDraw draw = model.draw(posterior, noise);
  const ElboTerms terms = elbo_terms(model, batch, posterior, draw);
  const AggregateDensities q = aggregate_densities(posterior, draw.z, training.example_count);
  const Value information = draw.log_prob - q.log_joint;
  const Value total_correlation = q.log_joint - q.log_product;
  const Value unit_kl = q.log_product - model.prior_log_prob(draw.z);
  const Value penalty = information + total_correlation * settings.beta + unit_kl;
  return {
      .loss = mean_over_batch(penalty) * training.warmup - mean_over_batch(terms.log_likelihood),
      .terms = terms};
}

}  // namespace elbo
