// The aggregate posterior q(z) = mean over the training set of q(z | x), estimated from a batch.
#pragma once

#include "elbo/distributions/normal.h"

namespace elbo {

/// In nats, (N) each, at the draw of each example.
struct AggregateDensities {
  Value log_joint;    // log q(z)
  Value log_product;  // sum over units of log q(z_l)
};

/// Minibatch weighted sampling: q(z_i) is about 1 / (N M) sum_j q(z_i | x_j) for a batch of N out
/// of M = example_count examples. q, z: (N, L). Biased towards the example's own component; Chen et
/// al. 2018, eq. 5 and appendix C.1.
AggregateDensities aggregate_densities(const DiagonalNormal& q, Value z,
                                       std::int64_t example_count);

}  // namespace elbo
