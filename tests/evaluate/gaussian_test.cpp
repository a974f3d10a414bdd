#include "elbo/evaluate/gaussian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"

namespace elbo {
namespace {

/// Draws of N((1, -2), [[4, 1.2], [1.2, 1]]).
Array correlated_rows(std::int64_t count) {
  Array rows(DType::f32, {count, 2});
  RandomSequence random(11);
  for (std::int64_t i = 0; i < count; ++i) {
    const double a = random.next_normal(), b = random.next_normal();
    rows.row<float>(i)[0] = static_cast<float>(1 + 2 * a);
    rows.row<float>(i)[1] = static_cast<float>(-2 + 0.6 * a + 0.8 * b);
  }
  return rows;
}

TEST(Gaussian, FindsMeanAndCovariance) {
  const Gaussian found = fit_gaussian(correlated_rows(40000), "test");
  // Standard errors: of the mean sigma / 200, of a covariance at most sqrt(2) 4 / 200.
  EXPECT_NEAR(found.mean[0], 1, 0.04);
  EXPECT_NEAR(found.mean[1], -2, 0.02);
  EXPECT_NEAR(found.covariance[0], 4, 0.12);
  EXPECT_NEAR(found.covariance[1], 1.2, 0.06);
  EXPECT_EQ(found.covariance[1], found.covariance[2]);
  EXPECT_NEAR(found.covariance[3], 1, 0.03);
}

TEST(Gaussian, ShrinkingKeepsTheTraceAndPullsToASphere) {
  const Gaussian gaussian{.mean = {0, 0}, .covariance = {4, 1.2, 1.2, 1}};
  const Gaussian half = shrunk(gaussian, 0.5);
  EXPECT_DOUBLE_EQ(half.covariance[0], 0.5 * 4 + 0.5 * 2.5);
  EXPECT_DOUBLE_EQ(half.covariance[1], 0.6);
  EXPECT_DOUBLE_EQ(half.covariance[3], 0.5 * 1 + 0.5 * 2.5);
  EXPECT_EQ(shrunk(gaussian, 1).covariance, (std::vector<double>{2.5, 0, 0, 2.5}));
}

TEST(Mahalanobis, IsTheClosedFormOfAKnownGaussian) {
  const MahalanobisDistance distance({.mean = {1, -2}, .covariance = {4, 1.2, 1.2, 1}});
  // The inverse is [[1, -1.2], [-1.2, 4]] / (4 - 1.44).
  const auto expected = [](double x, double y) {
    return std::sqrt((x * x - 2.4 * x * y + 4 * y * y) / 2.56);
  };
  for (const auto& [x, y] : {std::pair{0.0, 0.0}, {2.0, 0.0}, {0.0, 1.0}, {3.0, -2.0}}) {
    const std::vector<float> point{static_cast<float>(1 + x), static_cast<float>(-2 + y)};
    EXPECT_NEAR(distance(point), expected(x, y), 1e-12);
  }
  // Along the mean it is one standard deviation a unit; against the correlation more.
  EXPECT_GT(distance(std::vector<float>{3, -3}), distance(std::vector<float>{3, -1}));
}

TEST(Mahalanobis, SquaresOfGaussianRowsHaveTheMomentsOfChiSquare) {
  const Array rows = correlated_rows(20000);
  double sum = 0, squares = 0;
  for (const double d : MahalanobisDistance(fit_gaussian(rows, "test")).of_rows(rows)) {
    sum += d * d;
    squares += d * d * d * d;
  }
  // Two degrees of freedom: mean 2, variance 4. The mean is exact but for the unbiased covariance.
  EXPECT_NEAR(sum / 20000, 2, 1e-3);
  EXPECT_NEAR(squares / 20000 - 4, 4, 0.3);
}

TEST(Mahalanobis, RefusesWhatIsNoCovariance) {
  EXPECT_THROW(MahalanobisDistance({.mean = {0, 0}, .covariance = {1, 2, 2, 1}}), NumericalError);
  EXPECT_THROW(MahalanobisDistance({.mean = {0}, .covariance = {std::nan("")}}), NumericalError);
  EXPECT_THROW(fit_gaussian(Array(DType::f32, {1, 3}), "test"), DataError);
}

}  // namespace
}  // namespace elbo
