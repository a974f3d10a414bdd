// A Gaussian with a full covariance, fitted to rows of numbers, and distances in its own units.
#pragma once

#include <span>
#include <vector>

#include "elbo/tensor/array.h"

namespace elbo {

struct Gaussian {
  /// (F).
  std::vector<double> mean;
  /// (F, F) row-major, symmetric.
  std::vector<double> covariance;

  std::size_t size() const { return mean.size(); }
};

/// Mean and unbiased covariance of rows (M, F) f32. Throws DataError, which begins with `what`,
/// when there are fewer than two rows.
Gaussian fit_gaussian(const Array& rows, const char* what);

/// (1 - weight) C + weight (trace C / F) I: a covariance of the same trace whose directions differ
/// less, and which can be inverted. 0 <= weight <= 1. Ledoit & Wolf 2004, "A well-conditioned
/// estimator for large-dimensional covariance matrices", eq. 4.
Gaussian shrunk(Gaussian gaussian, double weight);

/// sqrt((x - mean)^T C^-1 (x - mean)): how many standard deviations off x is. Mahalanobis 1936.
class MahalanobisDistance {
 public:
  /// Throws NumericalError when the covariance is not positive definite.
  explicit MahalanobisDistance(const Gaussian& gaussian);
  /// x: (F).
  double operator()(std::span<const float> x) const;
  /// The same of each row: (M, F) f32 -> (M).
  std::vector<double> of_rows(const Array& rows) const;

 private:
  std::vector<double> mean_;
  /// Lower triangle of C = L L^T, (F, F) row-major.
  std::vector<double> factor_;
};

}  // namespace elbo
