// Curves between two codes, and lengths and energies that can be worked out.
#include "elbo/evaluate/latent_curve.h"

#include <gtest/gtest.h>

#include <cmath>

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {
namespace {

using Code = std::vector<float>;

double norm_of(std::span<const float> code) {
  double square = 0;
  for (const float x : code) square += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(square);
}

TEST(LatentCurve, TheStraightLineIsEven) {
  const Array line = linear_curve(Code{0, 2}, Code{4, -2}, 5);
  ASSERT_EQ(line.extents(), (Extents{5, 2}));
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_FLOAT_EQ(line.row<float>(i)[0], static_cast<float>(i));
    EXPECT_FLOAT_EQ(line.row<float>(i)[1], static_cast<float>(2 - i));
  }
}

TEST(LatentCurve, TheArcKeepsTheNormAndItsPace) {
  const Array arc = spherical_curve(Code{2, 0}, Code{0, 2}, 7);
  for (std::int64_t i = 0; i < 7; ++i) {
    const double angle = static_cast<double>(i) / 6 * M_PI / 2;
    EXPECT_NEAR(arc.row<float>(i)[0], 2 * std::cos(angle), 1e-6);
    EXPECT_NEAR(arc.row<float>(i)[1], 2 * std::sin(angle), 1e-6);
    EXPECT_NEAR(norm_of(arc.row<float>(i)), 2, 1e-6);
  }
}

TEST(LatentCurve, OppositeCodesHaveNoArcOfTheirOwn) {
  const Array arc = spherical_curve(Code{1, 0}, Code{-1, 0}, 3);
  EXPECT_EQ(arc.row<float>(1)[0], 0);
  EXPECT_EQ(arc.row<float>(1)[1], 0);
}

TEST(CurveMeasures, AreThoseOfStepsOfOneAndThree) {
  const Array frames = Array::from(std::vector<float>{0, 0, 1, 0, 1, 3}, {3, 2});
  const CurveMeasures measures = measure_curve(frames);
  EXPECT_EQ(measures.step_lengths, (std::vector<double>{1, 3}));
  EXPECT_DOUBLE_EQ(measures.length, 4);
  EXPECT_DOUBLE_EQ(measures.energy, 2 * (1 + 9));
  EXPECT_DOUBLE_EQ(measures.step_ratio, 1.5);
}

TEST(CurveMeasures, LengthSquaredIsAtMostTheEnergy) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const CurveMeasures measures = measure_curve(standard_normal(9, 5, seed));
    // Random steps differ: the two are well apart.
    EXPECT_LT(measures.length * measures.length, 0.999 * measures.energy);
    EXPECT_GT(measures.step_ratio, 1);
  }
  const CurveMeasures even = measure_curve(linear_curve(Code{1, 2, 3}, Code{4, 0, -1}, 9));
  // To the rounding of the points to single precision.
  EXPECT_NEAR(even.length * even.length, even.energy, 1e-6 * even.energy);
  EXPECT_NEAR(even.step_ratio, 1, 1e-5);
}

TEST(CurveMeasures, OfACurveThatStandsStill) {
  const CurveMeasures measures = measure_curve(Array(DType::f32, {4, 3}));
  EXPECT_EQ(measures.length, 0);
  EXPECT_EQ(measures.energy, 0);
  EXPECT_EQ(measures.step_ratio, 1);
}

}  // namespace
}  // namespace elbo
