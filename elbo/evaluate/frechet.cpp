#include "elbo/evaluate/frechet.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/evaluate/gaussian.h"
#include "elbo/evaluate/symmetric_eigen.h"

namespace elbo {
namespace {

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b,
                            std::size_t size) {
  std::vector<double> result(size * size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < size; ++k) {
      const double element = a[i * size + k];
      for (std::size_t j = 0; j < size; ++j) result[i * size + j] += element * b[k * size + j];
    }
  }
  return result;
}

/// Of a symmetric matrix whose eigenvalues are not negative but for rounding.
std::vector<double> square_root(const std::vector<double>& matrix, std::size_t size) {
  const SymmetricEigen eigen = symmetric_eigen(matrix, static_cast<std::int64_t>(size));
  std::vector<double> scaled = eigen.vectors, transposed(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      scaled[i * size + j] *= std::sqrt(std::max(0.0, eigen.values[j]));
      transposed[j * size + i] = eigen.vectors[i * size + j];
    }
  }
  return product(scaled, transposed, size);
}

}  // namespace

double frechet_distance(const Array& a, const Array& b) {
  ELBO_ASSERT(a.rank() == 2 && b.rank() == 2 && a.extent(1) == b.extent(1));
  const auto size = static_cast<std::size_t>(a.extent(1));
  const Gaussian p = fit_gaussian(a, "frechet_distance"), q = fit_gaussian(b, "frechet_distance");
  double distance = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double shift = p.mean[i] - q.mean[i];
    distance += shift * shift;
    distance += p.covariance[i * size + i] + q.covariance[i * size + i];
  }
  // A B has the eigenvalues of A^(1/2) B A^(1/2), which is symmetric.
  const std::vector<double> root = square_root(p.covariance, size);
  std::vector<double> middle = product(product(root, q.covariance, size), root, size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double both = 0.5 * (middle[i * size + j] + middle[j * size + i]);
      middle[i * size + j] = middle[j * size + i] = both;
    }
  }
  const SymmetricEigen eigen = symmetric_eigen(std::move(middle), a.extent(1));
  for (const double value : eigen.values) distance -= 2 * std::sqrt(std::max(0.0, value));
  return std::max(0.0, distance);
}

}  // namespace elbo
