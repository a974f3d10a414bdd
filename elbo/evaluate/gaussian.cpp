#include "elbo/evaluate/gaussian.h"

#include <cmath>

#include "elbo/base/check.h"
#include "elbo/base/error.h"

namespace elbo {

Gaussian fit_gaussian(const Array& rows, const char* what) {
  ELBO_ASSERT(rows.rank() == 2);
  const std::int64_t count = rows.extent(0);
  if (count < 2) throw DataError("{}: needs at least 2 examples, found {}", what, count);
  const auto size = static_cast<std::size_t>(rows.extent(1));
  Gaussian gaussian{std::vector<double>(size, 0.0), std::vector<double>(size * size, 0.0)};
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < size; ++j) gaussian.mean[j] += rows.row<float>(i)[j];
  }
  for (double& element : gaussian.mean) element /= static_cast<double>(count);
  std::vector<double> centred(size);
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < size; ++j) centred[j] = rows.row<float>(i)[j] - gaussian.mean[j];
    for (std::size_t j = 0; j < size; ++j) {
      double* row = gaussian.covariance.data() + j * size;
      for (std::size_t k = 0; k <= j; ++k) row[k] += centred[j] * centred[k];
    }
  }
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      double& element = gaussian.covariance[j * size + k];
      element /= static_cast<double>(count - 1);
      gaussian.covariance[k * size + j] = element;
    }
  }
  return gaussian;
}

Gaussian shrunk(Gaussian gaussian, double weight) {
  const std::size_t size = gaussian.size();
  double trace = 0;
  for (std::size_t i = 0; i < size; ++i) trace += gaussian.covariance[i * size + i];
  for (double& element : gaussian.covariance) element *= 1 - weight;
  for (std::size_t i = 0; i < size; ++i) {
    gaussian.covariance[i * size + i] += weight * trace / static_cast<double>(size);
  }
  return gaussian;
}

MahalanobisDistance::MahalanobisDistance(const Gaussian& gaussian)
    : mean_(gaussian.mean), factor_(gaussian.covariance) {
  const std::size_t size = mean_.size();
  ELBO_ASSERT(factor_.size() == size * size);
  // Cholesky, row by row. Golub & Van Loan 2013, section 4.2.
  for (std::size_t i = 0; i < size; ++i) {
    double* row = factor_.data() + i * size;
    for (std::size_t j = 0; j <= i; ++j) {
      const double* other = factor_.data() + j * size;
      double rest = row[j];
      for (std::size_t k = 0; k < j; ++k) rest -= row[k] * other[k];
      if (j < i) {
        row[j] = rest / other[j];
      } else if (rest > 0) {
        row[i] = std::sqrt(rest);
      } else {
        throw NumericalError(
            "a covariance of {0} x {0} numbers is not positive definite: the examples don't differ "
            "or are not finite",
            size);
      }
    }
  }
}

double MahalanobisDistance::operator()(std::span<const float> x) const {
  ELBO_ASSERT(x.size() == mean_.size());
  // Forward substitution: |L^-1 (x - mean)|.
  std::vector<double> solved(x.size());
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double* row = factor_.data() + i * x.size();
    double rest = x[i] - mean_[i];
    for (std::size_t k = 0; k < i; ++k) rest -= row[k] * solved[k];
    solved[i] = rest / row[i];
    squares += solved[i] * solved[i];
  }
  return std::sqrt(squares);
}

std::vector<double> MahalanobisDistance::of_rows(const Array& rows) const {
  std::vector<double> distances;
  for (std::int64_t i = 0; i < rows.extent(0); ++i) {
    distances.push_back((*this)(rows.row<float>(i)));
  }
  return distances;
}

}  // namespace elbo
