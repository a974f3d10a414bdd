#include "elbo/evaluate/symmetric_eigen.h"

#include <cmath>

#include "elbo/base/check.h"

namespace elbo {
namespace {

/// (a, b) becomes (c a - s b, s a + c b), element by element, `stride` apart.
void rotate(double* a, double* b, std::size_t count, std::size_t stride, double c, double s) {
  for (std::size_t i = 0; i < count; ++i) {
    const double x = a[i * stride], y = b[i * stride];
    a[i * stride] = c * x - s * y;
    b[i * stride] = s * x + c * y;
  }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::int64_t n) {
  const auto size = static_cast<std::size_t>(n);
  ELBO_ASSERT(matrix.size() == size * size);
  SymmetricEigen result;
  // Rows of `vectors` while it is being built: rotations then run along memory.
  std::vector<double> vectors(size * size, 0.0);
  double norm = 0;
  for (const double element : matrix) norm += element * element;
  for (std::size_t i = 0; i < size; ++i) vectors[i * size + i] = 1;
  constexpr int kSweeps = 60;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double outside = 0;
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p + 1; q < size; ++q) {
        outside += matrix[p * size + q] * matrix[p * size + q];
      }
    }
    if (outside <= 1e-30 * norm) break;
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p + 1; q < size; ++q) {
        const double off = matrix[p * size + q];
        if (off == 0) continue;
        // The smaller of the two angles that make this element zero.
        const double ratio = (matrix[q * size + q] - matrix[p * size + p]) / (2 * off);
        const double t = std::copysign(1.0, ratio) / (std::abs(ratio) + std::hypot(1.0, ratio));
        const double c = 1 / std::sqrt(1 + t * t), s = t * c;
        rotate(matrix.data() + p * size, matrix.data() + q * size, size, 1, c, s);
        rotate(matrix.data() + p, matrix.data() + q, size, size, c, s);
        rotate(vectors.data() + p * size, vectors.data() + q * size, size, 1, c, s);
      }
    }
  }
  for (std::size_t i = 0; i < size; ++i) result.values.push_back(matrix[i * size + i]);
  result.vectors.resize(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      result.vectors[j * size + i] = vectors[i * size + j];
    }
  }
  return result;
}

}  // namespace elbo
