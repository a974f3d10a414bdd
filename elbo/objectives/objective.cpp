#include "elbo/objectives/objective.h"

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {
namespace {

const std::vector<std::pair<std::string, ObjectiveFunction>>& registry() {
  static const std::vector<std::pair<std::string, ObjectiveFunction>> objectives = {
      {"elbo", elbo_objective},
  };
  return objectives;
}

}  // namespace

std::vector<std::string> objective_names() {
  std::vector<std::string> names;
  for (const auto& [name, function] : registry()) names.push_back(name);
  return names;
}

Objective build_objective(const ObjectiveSettings& settings, const Vae& model,
                          const ModelBatch& batch, Value warmup) {
  for (const auto& [name, function] : registry()) {
    if (name == settings.name) return function(settings, model, batch, warmup);
  }
  throw UsageError("objective '{}' is not known{}", settings.name,
                   did_you_mean(settings.name, objective_names()));
}

ElboTerms elbo_terms(const Vae& model, const ModelBatch& batch) {
  const DiagonalNormal posterior = model.posterior(batch.input, batch.condition);
  const Value noise = batch.input.graph().random_normal(posterior.mean.shape());
  const Value z = posterior.sample(noise);
  ElboTerms terms;
  terms.log_likelihood = model.likelihood(z, batch.condition)->log_prob(batch.target);
  terms.kl = sum(model.kl_per_dimension(posterior), {-1});
  terms.elbo = terms.log_likelihood - terms.kl;
  return terms;
}

}  // namespace elbo
