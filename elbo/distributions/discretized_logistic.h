// The logistic distribution cut into the 256 levels of a byte, element by element: what the two
// likelihoods made of it share. Kingma et al. 2016, "Improved variational inference with inverse
// autoregressive flow"; Salimans et al. 2017, "PixelCNN++".
#pragma once

#include "elbo/graph/ops.h"

namespace elbo {

/// Pixels are bytes / 255 in [0, 1]; location and log scale are in the same unit. A level has the
/// mass of the interval of half a level on both sides; the lowest and the highest take the tails.
struct DiscretizedLogistic {
  Value location;
  Value log_scale;

  /// log mass of x's level in nats, an element each. x: bytes / 255, broadcasts against the
  /// parameters.
  Value log_prob_per_element(Value x) const;
  /// The mean of the logistic limited to [0, 1], which differs from the levels' own mean by less
  /// than half a level.
  Value mean() const;
  /// Levels / 255.
  Value sample() const;
};

/// The parameters from a decoder's numbers: near 0 they make a distribution in the middle of [0,
/// 1].
DiscretizedLogistic discretized_logistic(Value raw_location, Value raw_log_scale);

}  // namespace elbo
