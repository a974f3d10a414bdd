// The Bernoulli likelihood: a distribution over {0, 1}^D, stable for any logit.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "elbo/distributions/likelihood.h"
#include "elbo/graph/gradients.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::moments_of;
using testing::run_plan;

const std::vector<double> kLogits = {0.4, -2.5, 3.1, 0.0, -0.7};

/// One distribution for every example.
std::unique_ptr<Likelihood> fixed_bernoulli(Graph& graph, std::vector<double> logits) {
  const auto size = static_cast<std::int64_t>(logits.size());
  const Value row = graph.constant(std::move(logits), Shape{1, size});
  return find_likelihood("bernoulli").make(broadcast_to(row, Shape{kBatch, size}), {});
}

TEST(Bernoulli, ProbabilitiesSumToOne) {
  Graph graph;
  const auto bernoulli = fixed_bernoulli(graph, kLogits);
  Floats all;
  for (int code = 0; code < 32; ++code) {
    for (int bit = 0; bit < 5; ++bit) all.push_back(static_cast<float>(code >> bit & 1));
  }
  const Value x = graph.input("x", Shape{kBatch, 5});
  const Floats found = run_plan(graph, {exp(bernoulli->log_prob(x))}, {{"x", all}}, {32})[0];
  EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 1, 1e-5);
}

TEST(Bernoulli, MeanIsTheLogisticFunction) {
  Graph graph;
  const Floats mean = run_plan(graph, {fixed_bernoulli(graph, kLogits)->mean()})[0];
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(mean[i], 1 / (1 + std::exp(-kLogits[i])), 1e-6) << i;
  }
}

TEST(Bernoulli, SamplesAreBitsWithItsFrequencies) {
  Graph graph;
  constexpr std::int64_t kDraws = 20000;
  const Value bits = fixed_bernoulli(graph, kLogits)->sample();
  const Floats draws = run_plan(graph, {bits}, {}, {kDraws}, {.seed = 5})[0];
  for (const float draw : draws) ASSERT_TRUE(draw == 0 || draw == 1) << draw;
  for (std::size_t i = 0; i < 5; ++i) {
    const auto moments = moments_of(draws, i, 5);
    // Five standard errors; the seed is fixed.
    EXPECT_NEAR(moments.mean, 1 / (1 + std::exp(-kLogits[i])), 5 * moments.standard_error) << i;
  }
}

TEST(Bernoulli, IsExactForLargeLogits) {
  Graph graph;
  const Value logits = graph.input("logits", Shape{kBatch, 1});
  const Value x = graph.input("x", Shape{kBatch, 1});
  const Value log_prob = find_likelihood("bernoulli").make(logits, {})->log_prob(x);
  const Value d_logits = gradients(sum(log_prob), {logits})[0];
  const auto found = run_plan(
      graph, {log_prob, d_logits},
      {{"logits", {100, 100, -100, -100, 1e4f, -1e4f, 100}}, {"x", {1, 0, 1, 0, 0, 1, 0.5f}}}, {7});
  const Floats log_probabilities = {0, -100, -100, 0, -1e4f, -1e4f, -50};
  const Floats slopes = {0, -1, 1, 0, -1, 1, -0.5f};
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_NEAR(found[0][i], log_probabilities[i], 1e-6 * std::abs(log_probabilities[i]) + 1e-30);
    EXPECT_NEAR(found[1][i], slopes[i], 1e-7) << i;
  }
}

}  // namespace
}  // namespace elbo
