// The categorical distribution: probabilities, log-probabilities, draws and KL.
#include "elbo/distributions/categorical.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::moments_of;
using testing::run_plan;

const std::vector<double> kLogits = {0.5, -1.0, 2.0, 0.0, -3.0, 1.0};
const std::vector<double> kOthers = {-0.5, 0.3, 1.0, 1.0, -1.0, 0.2};

/// One distribution for every example.
Categorical fixed_categorical(Graph& graph, const std::vector<double>& logits) {
  const auto classes = static_cast<std::int64_t>(logits.size());
  return {broadcast_to(graph.constant(logits, Shape{1, classes}), Shape{kBatch, classes})};
}

std::vector<double> softmax(const std::vector<double>& logits) {
  std::vector<double> probabilities;
  double total = 0;
  for (const double logit : logits) total += std::exp(logit);
  for (const double logit : logits) probabilities.push_back(std::exp(logit) / total);
  return probabilities;
}

TEST(Categorical, LogProbAndProbabilitiesAreTheSoftmax) {
  Graph graph;
  const Categorical q = fixed_categorical(graph, kLogits);
  const Value classes = graph.input("classes", Shape{kBatch});
  const auto found = run_plan(graph, {q.log_prob(one_hot(classes, 6)), q.probabilities()},
                              {{"classes", {0, 1, 2, 3, 4, 5}}}, {6});
  const std::vector<double> expected = softmax(kLogits);
  double total = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(found[0][i], std::log(expected[i]), 1e-5) << i;
    EXPECT_NEAR(found[1][i], expected[i], 1e-6) << i;
    total += std::exp(found[0][i]);
  }
  EXPECT_NEAR(total, 1, 1e-5);
  EXPECT_NEAR(std::accumulate(found[1].begin(), found[1].begin() + 6, 0.0), 1, 1e-6);
}

TEST(Categorical, IsStableForLargeLogits) {
  Graph graph;
  const Categorical q = fixed_categorical(graph, {1e4, -1e4, 0});
  const Value classes = graph.input("classes", Shape{kBatch});
  const auto found = run_plan(graph, {q.log_prob(one_hot(classes, 3)), q.probabilities()},
                              {{"classes", {0, 1, 2}}}, {3});
  EXPECT_EQ(found[0], (Floats{0, -2e4f, -1e4f}));
  EXPECT_EQ((Floats{found[1].begin(), found[1].begin() + 3}), (Floats{1, 0, 0}));
}

TEST(Categorical, DrawsAreOneHotWithItsFrequencies) {
  Graph graph;
  constexpr std::int64_t kDraws = 20000;
  const Value draw = fixed_categorical(graph, kLogits).sample();
  const Floats draws = run_plan(graph, {draw}, {}, {kDraws}, {.seed = 3})[0];
  for (std::size_t n = 0; n < draws.size(); n += 6) {
    int ones = 0;
    for (std::size_t i = n; i < n + 6; ++i) {
      ASSERT_TRUE(draws[i] == 0 || draws[i] == 1);
      ones += draws[i] == 1;
    }
    ASSERT_EQ(ones, 1) << n;
  }
  const std::vector<double> expected = softmax(kLogits);
  for (std::size_t i = 0; i < 6; ++i) {
    // Five standard errors; the seed is fixed.
    const double error = std::sqrt(expected[i] * (1 - expected[i]) / kDraws);
    EXPECT_NEAR(moments_of(draws, i, 6).mean, expected[i], 5 * error) << i;
  }
}

TEST(Categorical, KlMatchesMonteCarlo) {
  Graph graph;
  const Categorical q = fixed_categorical(graph, kLogits), p = fixed_categorical(graph, kOthers);
  const Value draw = q.sample();
  const auto found = run_plan(
      graph, {q.log_prob(draw) - p.log_prob(draw), kl_divergence(q, p), kl_divergence(q, q)}, {},
      {20000}, {.seed = 7});
  const auto estimate = moments_of(found[0]);
  EXPECT_NEAR(found[1][0], estimate.mean, 5 * estimate.standard_error);
  EXPECT_GT(found[1][0], 20 * estimate.standard_error);  // the comparison is sharp
  EXPECT_EQ(found[2][0], 0);
}

TEST(Categorical, KlIsTheSumOverClasses) {
  Graph graph;
  const Value kl =
      kl_divergence(fixed_categorical(graph, kLogits), fixed_categorical(graph, kOthers));
  const std::vector<double> q = softmax(kLogits), p = softmax(kOthers);
  double expected = 0;
  for (std::size_t i = 0; i < 6; ++i) expected += q[i] * std::log(q[i] / p[i]);
  EXPECT_NEAR(run_plan(graph, {kl})[0][0], expected, 1e-5);
}

}  // namespace
}  // namespace elbo
