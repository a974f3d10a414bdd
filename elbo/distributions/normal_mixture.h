// Mixtures of normals with diagonal covariances: priors of several clusters.
#pragma once

#include "elbo/graph/ops.h"

namespace elbo {

/// sum_k w_k N(mean_k, diag(exp(log_variance_k))) over the last axis.
struct NormalMixture {
  /// (K), any real numbers; the weights w are their softmax.
  Value logits;
  /// (K, L).
  Value means;
  /// (K, L). Squares are expanded into products, which loses about 1e-7 |mean|^2 / variance nats:
  /// keep it above -8.
  Value log_variances;

  /// log density in nats, summed over the last axis: z (..., L) -> (...).
  Value log_prob(Value z) const;
  /// A draw for each row of standard normal noise (N, L); the component is drawn by the graph.
  Value sample(Value noise) const;
};

}  // namespace elbo
