// Eigenvalues and eigenvectors of small symmetric matrices.
#pragma once

#include <cstdint>
#include <vector>

namespace elbo {

struct SymmetricEigen {
  /// In no particular order.
  std::vector<double> values;
  /// (n, n) row-major; column j belongs to values[j], and the columns are orthonormal.
  std::vector<double> vectors;
};

/// Of a symmetric matrix (n, n), row-major, by Jacobi rotations: as exact as double precision
/// allows, in some n^3 steps a sweep and about eight sweeps. Golub & Van Loan 2013, section 8.5.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::int64_t n);

}  // namespace elbo
