// How far two samples are from having come from one distribution.
#pragma once

#include "elbo/graph/ops.h"

namespace elbo {

/// The squared maximum mean discrepancy between the distributions of a and b, (N, L) each, without
/// bias: (). Zero in expectation when they are equal; may then be a little negative. The kernel is
/// the sum of inverse multiquadrics c / (c + |a - b|^2), c = 2 L s, over seven scales s from 0.1 to
/// 10, for codes of about unit variance. Gretton et al. 2012, eq. 3; Tolstikhin et al. 2018,
/// section 4.
Value maximum_mean_discrepancy(Value a, Value b);

}  // namespace elbo
