// Approximate posteriors q(z | x): a diagonal normal, as it is or passed through an inverse
// autoregressive flow.
#pragma once

#include <string>
#include <vector>

#include "elbo/distributions/normal.h"
#include "elbo/models/settings.h"

namespace elbo {

/// q(z | x) of each example: the normal that the encoder gives and, with a flow, what the flow is
/// told of the example.
struct Posterior : DiagonalNormal {
  /// (N, H), or null without a flow.
  Value context;
};

/// Draws of q(z | x), and their log densities.
struct PosteriorDraw {
  /// (N, L) or (N, K, L).
  Value z;
  /// log q(z | x) in nats, summed over the last axis: (N) or (N, K).
  Value log_prob;
};

std::vector<std::string> posterior_names();

/// A draw for each row of noise, standard normal (N, L), or K draws (N, K, L), through which
/// gradients flow.
PosteriorDraw draw_posterior(const ModelSettings& settings, const Posterior& posterior,
                             Value noise);
/// The code that stands for an example: the mean, or where the flow takes it. (N, L).
Value posterior_code(const ModelSettings& settings, const Posterior& posterior);

}  // namespace elbo
