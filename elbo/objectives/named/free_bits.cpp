// Free bits: the KL of a latent unit, averaged over the batch, costs nothing below a floor, so that
// training gains nothing by switching the unit off. Kingma et al. 2016, "Improved variational
// inference with inverse autoregressive flow", appendix C.8. Where the prior gives no KL a unit,
// all units together have the sum of their floors.
#include "elbo/objectives/objective.h"

namespace elbo {

Objective free_bits_objective(const ObjectiveSettings& settings, const Vae& model,
                              const ModelBatch& batch, const TrainingContext& training) {
  Graph& graph = batch.input.graph();
  const ElboTerms terms = elbo_terms(model, batch);
  const Value mean_kl = sum(terms.kl_per_unit, {0}) * graph.batch_size(-1);
  const auto groups = static_cast<double>(mean_kl.shape()[0].size);
  const double floor = settings.free_nats * static_cast<double>(model.latent()) / groups;
  const Value paid = sum(maximum(mean_kl, graph.constant(floor)));
  return {.loss = paid * (training.warmup * settings.beta) - mean_over_batch(terms.log_likelihood),
          .terms = terms};
}

}  // namespace elbo
