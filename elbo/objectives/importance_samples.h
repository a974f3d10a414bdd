// Several samples of the posterior an example and their importance weights: what the
// importance-weighted objectives train with and what the likelihood is estimated from.
#pragma once

#include "elbo/objectives/objective.h"

namespace elbo {

struct ImportanceSamples {
  Posterior posterior;  // (N, L)
  /// (N, K, L), through which gradients flow.
  Value z;
  /// In nats, (N, K) each.
  Value log_likelihood, log_prior, log_posterior;

  /// log w = log p(x | z) + log p(z) - log q(z | x): (N, K).
  Value log_weights() const { return log_likelihood + log_prior - log_posterior; }
};

/// K = `samples` draws of q(z | x) for each example. Burda, Grosse & Salakhutdinov 2015, section 3.
ImportanceSamples importance_samples(const Vae& model, const ModelBatch& batch,
                                     std::int64_t samples);

/// The same from a posterior that is given, which need not be the encoder's.
ImportanceSamples importance_samples(const Vae& model, const ModelBatch& batch,
                                     const Posterior& posterior, std::int64_t samples);

/// log p(x | z) in nats: z (N, K, L) -> (N, K).
Value log_likelihood_of(const Vae& model, const ModelBatch& batch, Value z);

/// The terms of the plain ELBO, each the mean over the K samples.
ElboTerms elbo_terms(const Vae& model, const ImportanceSamples& samples);

}  // namespace elbo
