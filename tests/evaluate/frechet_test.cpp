// The Frechet distance on cases that can be worked out, and the eigenvalues under it.
#include "elbo/evaluate/frechet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"
#include "elbo/evaluate/symmetric_eigen.h"

namespace elbo {
namespace {

Array normal_features(std::int64_t count, std::int64_t size, std::uint64_t seed) {
  Array features(DType::f32, {count, size});
  RandomSequence random(seed);
  for (float& feature : features.values<float>()) {
    feature = static_cast<float>(random.next_normal());
  }
  return features;
}

TEST(SymmetricEigen, OfAMatrixOfTwo) {
  const SymmetricEigen eigen = symmetric_eigen({2, 1, 1, 2}, 2);
  EXPECT_NEAR(std::min(eigen.values[0], eigen.values[1]), 1, 1e-14);
  EXPECT_NEAR(std::max(eigen.values[0], eigen.values[1]), 3, 1e-14);
}

TEST(SymmetricEigen, RebuildsTheMatrix) {
  for (const std::int64_t n : {1, 2, 3, 24}) {
    const auto size = static_cast<std::size_t>(n);
    RandomSequence random(static_cast<std::uint64_t>(n));
    std::vector<double> matrix(size * size);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        // Sizes far apart, as the covariances of features have.
        const double scale = std::pow(10, -static_cast<double>(i + j) / 10);
        matrix[i * size + j] = matrix[j * size + i] = scale * random.next_normal();
      }
    }
    const SymmetricEigen eigen = symmetric_eigen(matrix, n);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        double rebuilt = 0, overlap = 0;
        for (std::size_t k = 0; k < size; ++k) {
          rebuilt += eigen.vectors[i * size + k] * eigen.values[k] * eigen.vectors[j * size + k];
          overlap += eigen.vectors[k * size + i] * eigen.vectors[k * size + j];
        }
        EXPECT_NEAR(rebuilt, matrix[i * size + j], 1e-12);
        EXPECT_NEAR(overlap, i == j ? 1 : 0, 1e-12);
      }
    }
  }
}

TEST(Frechet, OfEqualSetsIsNothing) {
  const Array many = normal_features(500, 8, 1);
  EXPECT_NEAR(frechet_distance(many, many), 0, 1e-9);
  // Fewer examples than features: covariances without full rank, square roots of rounding errors.
  const Array few = normal_features(10, 40, 2);
  EXPECT_NEAR(frechet_distance(few, few), 0, 1e-5);
}

TEST(Frechet, OfAShiftIsItsSquaredLength) {
  const Array features = normal_features(300, 3, 3);
  Array shifted = features;
  const float shift[] = {2, -1, 0.5f};
  for (std::int64_t i = 0; i < 300; ++i) {
    for (std::size_t j = 0; j < 3; ++j) shifted.row<float>(i)[j] += shift[j];
  }
  // Single-precision features.
  EXPECT_NEAR(frechet_distance(features, shifted), 4 + 1 + 0.25, 1e-5);
}

TEST(Frechet, OfOneFeatureComparesMeansAndDeviations) {
  // Means 1 and 5, unbiased variances 2 and 18.
  const Array a = Array::from(std::vector<float>{0, 2}, {2, 1});
  const Array b = Array::from(std::vector<float>{2, 8}, {2, 1});
  const double deviations = std::sqrt(18.0) - std::sqrt(2.0);
  EXPECT_NEAR(frechet_distance(a, b), 16 + deviations * deviations, 1e-9);
}

TEST(Frechet, OfTwoFeaturesThatDoNotCommute) {
  // Covariances A = [[4, 2], [2, 3]] / 1.5 and B = [[1, -1], [-1, 6]] / 1.5 are neither diagonal
  // nor multiples; in two dimensions trace((A B)^(1/2))^2 = trace(A B) + 2 det(A B)^(1/2).
  const auto set = [](double xx, double xy, double yy) {
    // Columns of a Cholesky factor and their opposites: mean 0, twice the wanted sum of squares.
    const double l = std::sqrt(xx), m = xy / l, n = std::sqrt(yy - m * m);
    const double r = std::sqrt(0.5);
    return Array::from(std::vector<float>{static_cast<float>(r * l), static_cast<float>(r * m),
                                          static_cast<float>(-r * l), static_cast<float>(-r * m), 0,
                                          static_cast<float>(r * n), 0, static_cast<float>(-r * n)},
                       {4, 2});
  };
  // Sums of squares over 4 - 1 examples.
  const double trace = (4 + 3 + 1 + 6) / 3.0;
  const double trace_ab = (4 * 1 - 2 - 2 + 3 * 6) / 9.0;
  const double det_ab = (4 * 3 - 4) * (6 - 1) / 81.0;
  const double expected = trace - 2 * std::sqrt(trace_ab + 2 * std::sqrt(det_ab));
  EXPECT_NEAR(frechet_distance(set(4, 2, 3), set(1, -1, 6)), expected, 1e-6);
}

TEST(Frechet, NeedsTwoExamples) {
  EXPECT_THROW(frechet_distance(normal_features(1, 2, 1), normal_features(5, 2, 1)), DataError);
}

}  // namespace
}  // namespace elbo
