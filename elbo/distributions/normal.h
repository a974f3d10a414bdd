// The normal distribution with a diagonal covariance: posteriors and the standard prior.
#pragma once

#include "elbo/graph/ops.h"

namespace elbo {

/// N(mean, diag(exp(log_variance))) over the last axis; both of one shape, (N, L) or (N, K, L).
struct DiagonalNormal {
  Value mean;
  Value log_variance;

  /// mean + exp(log_variance / 2) * noise, through which gradients flow. noise: standard normal, of
  /// a shape that mean broadcasts to. Kingma & Welling 2013, section 2.4.
  Value sample(Value noise) const;
  /// log density of z in nats, summed over the last axis.
  Value log_prob(Value z) const;
};

/// log N(z; 0, I) in nats, summed over the last axis.
Value standard_normal_log_prob(Value z);

/// KL(q || N(0, I)) in nats, one number a latent dimension (not summed): the shape of q.mean.
/// Kingma & Welling 2013, appendix B.
Value kl_to_standard_normal(const DiagonalNormal& q);
/// KL(q || p) in nats, one number a dimension.
Value kl_divergence(const DiagonalNormal& q, const DiagonalNormal& p);

}  // namespace elbo
