// The categorical distribution, from logits: classifiers and discrete data.
#pragma once

#include "elbo/graph/ops.h"

namespace elbo {

struct Categorical {
  /// (..., C), any real numbers.
  Value logits;

  /// (..., C), sums to one.
  Value probabilities() const;
  /// log probability in nats of the class, given one-hot (..., C): (...).
  Value log_prob(Value one_hot) const;
  /// One-hot draws (..., C), by the Gumbel-max trick.
  Value sample() const;
};

/// KL(q || p) in nats: (..., C) -> (...).
Value kl_divergence(const Categorical& q, const Categorical& p);

}  // namespace elbo
