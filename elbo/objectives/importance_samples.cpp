#include "elbo/objectives/importance_samples.h"

namespace elbo {
namespace {

/// (N, K) -> (N).
Value mean_over_samples(Value x) {
  return sum(x, {-1}) * (1.0 / static_cast<double>(x.shape()[-1].size));
}

/// Each row K times: (N, D) -> (KN, D).
Value repeat_rows(Value x, std::int64_t samples) {
  const std::int64_t length = x.shape()[1].size;
  return reshape(broadcast_to(expand_dims(x, 1), Shape{kBatch, samples, length}),
                 Shape{Dim(samples, true), length});
}

}  // namespace

Value log_likelihood_of(const Vae& model, const ModelBatch& batch, Value z) {
  const std::int64_t samples = z.shape()[1].size, latent = z.shape()[2].size;
  Value condition = batch.condition;
  if (condition && model.is_conditional()) condition = repeat_rows(condition, samples);
  const auto likelihood =
      model.likelihood(reshape(z, Shape{Dim(samples, true), latent}), condition);
  const Value target = repeat_rows(batch.target, samples);
  return reshape(likelihood->log_prob(target), Shape{kBatch, samples});
}

ImportanceSamples importance_samples(const Vae& model, const ModelBatch& batch,
                                     std::int64_t samples) {
  return importance_samples(model, batch, model.posterior(batch.input, batch.condition), samples);
}

ImportanceSamples importance_samples(const Vae& model, const ModelBatch& batch,
                                     const Posterior& posterior, std::int64_t samples) {
  ImportanceSamples result;
  result.posterior = posterior;
  const Value noise = batch.target.graph().random_normal(Shape{kBatch, samples, model.latent()});
  const PosteriorDraw draw = model.draw(result.posterior, noise);
  result.z = draw.z;
  result.log_posterior = draw.log_prob;
  result.log_likelihood = log_likelihood_of(model, batch, draw.z);
  result.log_prior = model.prior_log_prob(draw.z);
  return result;
}

ElboTerms elbo_terms(const Vae& model, const ImportanceSamples& samples) {
  ElboTerms terms;
  terms.log_likelihood = mean_over_samples(samples.log_likelihood);
  terms.kl_per_unit = model.kl_per_dimension(samples.posterior);
  if (!terms.kl_per_unit) {
    terms.kl_per_unit =
        expand_dims(mean_over_samples(samples.log_posterior - samples.log_prior), -1);
  }
  terms.kl = sum(terms.kl_per_unit, {-1});
  terms.elbo = terms.log_likelihood - terms.kl;
  return terms;
}

}  // namespace elbo
