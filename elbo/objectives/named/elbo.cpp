// The evidence lower bound, with the KL term weighted by beta (Higgins et al. 2017) and warmed up
// (Bowman et al. 2016, Sonderby et al. 2016). beta = 1 without warm-up is Kingma & Welling 2013,
// eq. 10.
#include "elbo/objectives/objective.h"

namespace elbo {

Objective elbo_objective(const ObjectiveSettings& settings, const Vae& model,
                         const ModelBatch& batch, const TrainingContext& training) {
  const ElboTerms terms = elbo_terms(model, batch);
  const Value bound = terms.log_likelihood - terms.kl * (training.warmup * settings.beta);
  return {.loss = -mean_over_batch(bound), .terms = terms};
}

}  // namespace elbo
