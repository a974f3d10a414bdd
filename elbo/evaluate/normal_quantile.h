// The quantile function of the standard normal distribution.
#pragma once

namespace elbo {

/// z with P(Z <= z) = probability, for 0 < probability < 1; good to about 1e-15 relative.
double normal_quantile(double probability);

}  // namespace elbo
