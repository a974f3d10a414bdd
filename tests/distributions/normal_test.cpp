// The diagonal normal distribution against its formula, its samples and Monte Carlo.
#include "elbo/distributions/normal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::moments_of;
using testing::run_plan;

/// Estimates are allowed five standard errors: with a fixed seed that is no risk of chance, and a
/// wrong formula is off by hundreds.
constexpr double kErrors = 5;
constexpr std::int64_t kDraws = 40000;

/// One distribution for every example of the batch: (1, L).
DiagonalNormal fixed_normal(Graph& graph, std::vector<double> mean,
                            std::vector<double> log_variance) {
  const Shape shape{1, static_cast<std::int64_t>(mean.size())};
  return {graph.constant(std::move(mean), shape), graph.constant(std::move(log_variance), shape)};
}

DiagonalNormal some_q(Graph& graph) {
  return fixed_normal(graph, {0.3, -1.2, 2.0}, {-1.0, 0.4, -3.0});
}
DiagonalNormal some_p(Graph& graph) {
  return fixed_normal(graph, {-0.5, -1.0, 1.5}, {0.2, 0.9, -1.5});
}

TEST(DiagonalNormal, LogProbIsTheLogOfTheDensity) {
  Graph graph;
  const DiagonalNormal q = some_q(graph);
  const Value z = graph.input("z", Shape{kBatch, 3});
  const Floats points = {0.3f, -1.2f, 2.0f, 0, 0, 0, 1.5f, -4, 2.25f};
  const auto found =
      run_plan(graph, {q.log_prob(z), standard_normal_log_prob(z)}, {{"z", points}}, {3});
  const double mean[] = {0.3, -1.2, 2.0}, log_variance[] = {-1.0, 0.4, -3.0};
  const auto log_density = [](double x, double centre, double deviation) {
    const double distance = (x - centre) / deviation;
    return std::log(std::exp(-distance * distance / 2) / (deviation * std::sqrt(2 * M_PI)));
  };
  for (std::size_t n = 0; n < 3; ++n) {
    double expected = 0, standard = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double x = points[3 * n + i];
      expected += log_density(x, mean[i], std::exp(log_variance[i] / 2));
      standard += log_density(x, 0, 1);
    }
    EXPECT_NEAR(found[0][n], expected, 1e-5 * std::abs(expected)) << n;
    EXPECT_NEAR(found[1][n], standard, 1e-5 * std::abs(standard)) << n;
  }
}

TEST(DiagonalNormal, DensityIntegratesToOne) {
  Graph graph;
  const DiagonalNormal q = fixed_normal(graph, {0.7}, {-1.3});
  constexpr std::int64_t kPoints = 4001;
  Floats grid;
  for (std::int64_t i = 0; i < kPoints; ++i) grid.push_back(-8 + 16.0f / (kPoints - 1) * i);
  const Value density = exp(q.log_prob(graph.input("z", Shape{kBatch, 1})));
  double integral = 0;
  const Floats values = run_plan(graph, {density}, {{"z", grid}}, {kPoints})[0];
  for (const float value : values) integral += value * 16.0 / (kPoints - 1);
  EXPECT_NEAR(integral, 1, 1e-5);  // single precision; the rule itself is exact far beyond that
}

TEST(DiagonalNormal, SamplesHaveItsMoments) {
  Graph graph;
  const DiagonalNormal q = some_q(graph);
  const Value z = q.sample(graph.random_normal(Shape{kBatch, 3}));
  const Floats draws = run_plan(graph, {z}, {}, {kDraws}, {.seed = 17})[0];
  const double mean[] = {0.3, -1.2, 2.0}, log_variance[] = {-1.0, 0.4, -3.0};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto moments = moments_of(draws, i, 3);
    const double variance = std::exp(log_variance[i]);
    EXPECT_NEAR(moments.mean, mean[i], kErrors * moments.standard_error) << i;
    // The variance of a sample variance is 2 sigma^4 / n.
    EXPECT_NEAR(moments.variance, variance, kErrors * variance * std::sqrt(2.0 / kDraws)) << i;
  }
}

TEST(DiagonalNormal, SampleIsMeanPlusDeviationTimesNoise) {
  Graph graph;
  const Value z = fixed_normal(graph, {1, -2}, {0, std::log(9.0)})
                      .sample(graph.input("noise", Shape{kBatch, 2}));
  const Floats found = run_plan(graph, {z}, {{"noise", {0, 0, 1, -1}}}, {2})[0];
  const Floats expected = {1, -2, 2, -5};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-5) << i;
}

TEST(DiagonalNormal, KlMatchesMonteCarlo) {
  Graph graph;
  const DiagonalNormal q = some_q(graph), p = some_p(graph);
  const Value z = q.sample(graph.random_normal(Shape{kBatch, 3}));
  const Value log_q = q.log_prob(z);
  const auto found = run_plan(graph,
                              {log_q - p.log_prob(z), log_q - standard_normal_log_prob(z),
                               sum(kl_divergence(q, p)), sum(kl_to_standard_normal(q))},
                              {}, {kDraws}, {.seed = 23});
  for (const std::size_t i : {0, 1}) {
    const auto estimate = moments_of(found[i]);
    EXPECT_NEAR(found[2 + i][0], estimate.mean, kErrors * estimate.standard_error);
    EXPECT_GT(found[2 + i][0], 20 * estimate.standard_error);  // the comparison is sharp
  }
}

TEST(DiagonalNormal, KlOfEqualsIsZeroAndNeverNegative) {
  Graph graph;
  const DiagonalNormal q = some_q(graph);
  const DiagonalNormal standard = fixed_normal(graph, {0, 0, 0}, {0, 0, 0});
  const auto found =
      run_plan(graph, {kl_divergence(q, q), kl_to_standard_normal(standard),
                       kl_divergence(q, some_p(graph)), kl_divergence(some_p(graph), q)});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(found[0][i], 0, 1e-6);
    EXPECT_EQ(found[1][i], 0);
    EXPECT_GT(found[2][i], 0);
    EXPECT_GT(found[3][i], 0);
  }
}

TEST(DiagonalNormal, KlToAStandardNormalIsTheGeneralKl) {
  Graph graph;
  const DiagonalNormal q = some_q(graph);
  const DiagonalNormal standard = fixed_normal(graph, {0, 0, 0}, {0, 0, 0});
  const auto found = run_plan(graph, {kl_to_standard_normal(q), kl_divergence(q, standard)});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[0][i], found[1][i], 1e-6) << i;
}

TEST(DiagonalNormal, RejectsShapesThatDiffer) {
  Graph graph;
  const DiagonalNormal q = some_q(graph), narrow = fixed_normal(graph, {0}, {0});
  EXPECT_THROW(kl_divergence(q, narrow), ShapeError);
  EXPECT_THROW(kl_to_standard_normal({q.mean, narrow.log_variance}), ShapeError);
}

}  // namespace
}  // namespace elbo
