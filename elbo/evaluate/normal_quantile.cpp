#include "elbo/evaluate/normal_quantile.h"

#include <algorithm>
#include <cmath>

#include "elbo/base/check.h"

namespace elbo {

double normal_quantile(double probability) {
  ELBO_ASSERT(probability > 0 && probability < 1);
  const double tail = std::min(probability, 1 - probability);
  // A first guess from the tail's leading behaviour, then Newton's method on log Phi, which is
  // concave: it converges from any start.
  double z = -std::sqrt(-2 * std::log(2 * tail));
  for (int i = 0; i < 60; ++i) {
    const double phi = 0.5 * std::erfc(-z / std::sqrt(2.0));
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * 3.141592653589793);
    const double change = (std::log(phi) - std::log(tail)) * phi / density;
    z -= change;
    if (std::abs(change) < 1e-15 * std::max(1.0, std::abs(z))) break;
  }
  return probability < 0.5 ? z : -z;
}

}  // namespace elbo
