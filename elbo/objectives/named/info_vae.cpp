// InfoVAE: the ELBO with a weight on the KL and the maximum mean discrepancy between the aggregate
// posterior and the prior, which holds the codes as a whole to the prior and not each example's.
// Zhao, Song & Ermon 2019, "InfoVAE", section 4; the kernel is Tolstikhin et al. 2018, "Wasserstein
// auto-encoders", section 4. beta is InfoVAE's 1 - alpha; 0 leaves the discrepancy alone.
#include "elbo/objectives/discrepancy.h"
#include "elbo/objectives/objective.h"

namespace elbo {

Objective info_vae_objective(const ObjectiveSettings& settings, const Vae& model,
                             const ModelBatch& batch, const TrainingContext& training) {
  Graph& graph = batch.input.graph();
  const Posterior posterior = model.posterior(batch.input, batch.condition);
  const PosteriorDraw draw = model.draw(posterior, graph.random_normal(posterior.mean.shape()));
  const ElboTerms terms = elbo_terms(model, batch, posterior, draw);
  const Value from_prior = model.prior(graph)->sample(graph.random_normal(posterior.mean.shape()));
  const Value discrepancy = maximum_mean_discrepancy(draw.z, from_prior);
  const Value bound = terms.log_likelihood - terms.kl * (training.warmup * settings.beta);
  return {.loss = discrepancy * settings.discrepancy_weight - mean_over_batch(bound),
          .terms = terms};
}

}  // namespace elbo
