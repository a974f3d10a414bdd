// The importance-weighted bound with the doubly reparameterised gradient. Tucker et al. 2019,
// "Doubly reparameterized gradient estimators for Monte Carlo objectives", eq. 8.
//
// With normalised weights v_k, the gradient of the decoder and the prior is that of
// sum_k v_k log p(x, z_k), and that of the encoder is sum_k v_k^2 d(log w_k)/dz_k dz_k/dphi:
// through the samples alone, q's own parameters held fixed. One decoder pass serves both: the
// densities are computed at samples through which no gradient flows, the slope there is taken as
// graph nodes, which training needs anyway, and sum_k (v_k slope_k) z_k carries it on to the
// encoder.
#include <cmath>

#include "elbo/graph/gradients.h"
#include "elbo/objectives/importance_samples.h"

namespace elbo {

Objective dreg_objective(const ObjectiveSettings& settings, const Vae& model,
                         const ModelBatch& batch, const TrainingContext& training) {
  require_normal_posterior("dreg", model);
  Graph& graph = batch.input.graph();
  ImportanceSamples samples;
  samples.posterior = model.posterior(batch.input, batch.condition);
  const DiagonalNormal fixed{stop_gradient(expand_dims(samples.posterior.mean, 1)),
                             stop_gradient(expand_dims(samples.posterior.log_variance, 1))};
  const Value noise = graph.random_normal(Shape{kBatch, settings.samples, model.latent()});
  samples.z = model.draw(samples.posterior, noise).z;
  const Value z = stop_gradient(samples.z);
  samples.log_posterior = fixed.log_prob(z);
  samples.log_likelihood = log_likelihood_of(model, batch, z);
  samples.log_prior = model.prior_log_prob(z);

  const Value regulariser = samples.log_prior - samples.log_posterior;
  const Value log_weights =
      samples.log_likelihood + regulariser * (training.warmup * settings.beta);
  const Value log_total = log_sum_exp(log_weights, {-1});
  const Value weights = stop_gradient(exp(log_weights - expand_dims(log_total, -1)));
  // v_k d(log w_k)/dz_k, with the sign and the mean over the batch of a loss.
  const Value generative = -mean_over_batch(sum(weights * log_weights, {-1}));
  const Value slope = stop_gradient(gradients(generative, {z})[0]);
  const Value inference = sum(expand_dims(weights, -1) * slope * samples.z);

  // The surrogate has the right gradient; the loss also gets the bound as its value.
  const Value surrogate = generative + inference;
  const Value bound = log_total - std::log(static_cast<double>(settings.samples));
  const Value value = stop_gradient(-mean_over_batch(bound) - surrogate);
  return {.loss = surrogate + value, .terms = elbo_terms(model, samples)};
}

}  // namespace elbo
