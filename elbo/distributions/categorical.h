// The categorical distribution, from logits: classifiers and discrete data.
#pragma once

#include "elbo/graph/ops.h"

namespace elbo {

struct Categorical {
  /// (N, C), any real numbers.
  Value logits;

  /// (N, C), sums to one.
  Value probabilities() const;
  /// log probability in nats of each example's class, given one-hot (N, C): (N).
  Value log_prob(Value one_hot) const;
  /// One-hot draws (N, C), by the Gumbel-max trick.
  Value sample() const;
};

/// KL(q || p) in nats: (N).
Value kl_divergence(const Categorical& q, const Categorical& p);

}  // namespace elbo
