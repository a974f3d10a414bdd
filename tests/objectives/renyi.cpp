// The variational Renyi bound with alpha = 1/2, between the importance-weighted bound (alpha = 0)
// and the ELBO (alpha = 1). Li & Turner 2016, "Renyi divergence variational inference", eq. 6.
#include <cmath>

#include "elbo/objectives/importance_samples.h"

namespace elbo {

Objective renyi_objective(const ObjectiveSettings& settings, const Vae& model,
                          const ModelBatch& batch, const TrainingContext&) {
  constexpr double kAlpha = 0.5;
  const ImportanceSamples samples = importance_samples(model, batch, settings.samples);
  const Value total = log_sum_exp(samples.log_weights() * (1 - kAlpha), {-1});
  const Value bound = (total - std::log(static_cast<double>(settings.samples))) / (1 - kAlpha);
  return {.loss = -mean_over_batch(bound), .terms = elbo_terms(model, samples)};
}

}  // namespace elbo
