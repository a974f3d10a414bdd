#include "elbo/objectives/objective.h"

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {

std::vector<std::string> objective_names() {
  std::vector<std::string> names;
  for (const NamedObjective& objective : registered_objectives()) names.push_back(objective.name);
  return names;
}

Objective build_objective(const ObjectiveSettings& settings, const Vae& model,
                          const ModelBatch& batch, const TrainingContext& training) {
  for (const NamedObjective& objective : registered_objectives()) {
    if (objective.name == settings.name) return objective.build(settings, model, batch, training);
  }
  throw UsageError("objective '{}' is not known{}", settings.name,
                   did_you_mean(settings.name, objective_names()));
}

void require_normal_posterior(const std::string& objective, const Vae& model) {
  if (model.settings().posterior == "normal") return;
  throw UsageError(
      "objective.name = \"{}\" needs the posterior's density at any code, which \"{}\" only has "
      "for its own draws; use model.posterior = \"normal\" or another objective",
      objective, model.settings().posterior);
}

ElboTerms elbo_terms(const Vae& model, const ModelBatch& batch) {
  const Posterior posterior = model.posterior(batch.input, batch.condition);
  const Value noise = batch.input.graph().random_normal(posterior.mean.shape());
  return elbo_terms(model, batch, posterior, model.draw(posterior, noise));
}

ElboTerms elbo_terms(const Vae& model, const ModelBatch& batch, const Posterior& posterior,
                     const PosteriorDraw& draw) {
  ElboTerms terms;
  terms.log_likelihood = model.likelihood(draw.z, batch.condition)->log_prob(batch.target);
  terms.kl_per_unit = model.kl_per_dimension(posterior);
  if (!terms.kl_per_unit) {
    terms.kl_per_unit = expand_dims(draw.log_prob - model.prior_log_prob(draw.z), -1);
  }
  terms.kl = sum(terms.kl_per_unit, {-1});
  terms.elbo = terms.log_likelihood - terms.kl;
  return terms;
}

}  // namespace elbo
