#include "elbo/report/figures/roc.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

/// By trapezoids, which give half of each tie.
double area(const std::vector<std::vector<double>>& curve) {
  double sum = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    sum += (curve[i][0] - curve[i - 1][0]) * (curve[i][1] + curve[i - 1][1]) / 2;
  }
  return sum;
}

TEST(Roc, AreaIsTheShareOfOrderedPairs) {
  RandomSequence random(11);
  std::vector<float> normal, anomalous;
  // Rounded, so that many scores are equal.
  for (int i = 0; i < 300; ++i) {
    normal.push_back(static_cast<float>(std::round(4 * random.next_normal())));
    anomalous.push_back(static_cast<float>(std::round(4 * random.next_normal() + 3)));
  }
  double pairs = 0;
  for (const float n : normal) {
    for (const float a : anomalous) pairs += a > n ? 1 : a == n ? 0.5 : 0;
  }
  const auto curve = roc_curve(normal, anomalous);
  // Exact up to rounding: with so few points nothing is thinned.
  EXPECT_NEAR(area(curve), pairs / (300.0 * 300.0), 1e-12);
  EXPECT_EQ(curve.front(), (std::vector<double>{0, 0}));
  EXPECT_EQ(curve.back(), (std::vector<double>{1, 1}));
}

TEST(Roc, NanIsAnAlarmAndLargeSetsAreThinned) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> normal = {1, 2}, anomalous = {nan, nan};
  EXPECT_NEAR(area(roc_curve(normal, anomalous)), 1.0, 1e-12);
  RandomSequence random(3);
  std::vector<float> many, shifted;
  for (int i = 0; i < 20000; ++i) {
    many.push_back(static_cast<float>(random.next_normal()));
    shifted.push_back(static_cast<float>(random.next_normal() + 1));
  }
  const auto curve = roc_curve(many, shifted);
  EXPECT_LT(curve.size(), 2600u);
  // The area of two unit normals one apart is Phi(1/sqrt 2) = 0.7602; sampling error about 0.0024.
  EXPECT_NEAR(area(curve), 0.7602, 0.01);
}

TEST(Histogram, SharesAddUpAndWideRangesAreLogarithmic) {
  std::vector<float> normal, anomalous;
  RandomSequence random(5);
  for (int i = 0; i < 1000; ++i) {
    normal.push_back(static_cast<float>(100 + 5 * random.next_normal()));
    anomalous.push_back(static_cast<float>(std::exp(random.next_normal() + 7)));
  }
  anomalous.push_back(std::numeric_limits<float>::infinity());
  const Histogram histogram = paired_histogram(normal, anomalous, 40);
  EXPECT_TRUE(histogram.logarithmic);
  ASSERT_EQ(histogram.bins.size(), 40u);
  double first = 0, second = 0;
  for (const auto& bin : histogram.bins) {
    EXPECT_LT(bin[0], bin[1]);
    first += bin[2];
    second += bin[3];
  }
  EXPECT_NEAR(first, 1, 1e-9);
  EXPECT_NEAR(second, 1, 1e-9);
  const std::vector<float> same = {0, 0, 0};
  const Histogram flat = paired_histogram(same, same, 4);
  EXPECT_FALSE(flat.logarithmic);
  EXPECT_NEAR(flat.bins[0][2], 1, 1e-9);
}

}  // namespace
}  // namespace elbo
