// Objectives: their gradients are those of their values, their bounds are in order, their losses
// are what the formulas say, and what they report is the plain ELBO.
#include "elbo/objectives/objective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/error.h"
#include "elbo/objectives/aggregate_posterior.h"
#include "elbo/objectives/discrepancy.h"
#include "elbo/objectives/importance_samples.h"
#include "tests/models/tiny_vae.h"

namespace elbo {
namespace {

using testing::Doubles;
using testing::tiny_model_settings;
using testing::TinyVae;

Objective build(TinyVae& tiny, const std::string& name, ObjectiveSettings settings = {}) {
  settings.name = name;
  return build_objective(settings, tiny.model, tiny.batch, tiny.training);
}

double mean_of(const Doubles& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total / static_cast<double>(values.size());
}

class Objectives : public ::testing::TestWithParam<std::string> {};

TEST_P(Objectives, GradientIsThatOfTheLoss) {
  if (GetParam() == "dreg") GTEST_SKIP() << "its gradient is another estimator, tested below";
  for (const char* prior : {"standard", "mixture", "flow"}) {
    SCOPED_TRACE(prior);
    ModelSettings model = tiny_model_settings();
    model.prior = prior;
    TinyVae tiny(model);
    ObjectiveSettings settings;
    settings.samples = 3;
    settings.beta = 1.5;
    settings.capacity_nats = 0.3;
    const Value loss = build(tiny, GetParam(), settings).loss;
    const std::vector<Value> parameters = tiny.parameters();
    const std::vector<Value> slopes = gradients(loss, parameters);
    constexpr std::int64_t kExamples = 3;
    constexpr double kWarmup = 0.8, kDelta = 1e-5;
    auto leaves = tiny.leaves(kExamples, kWarmup);
    const auto found = evaluate_in_double(tiny.graph, slopes, kExamples, leaves, {.seed = 8});
    const auto loss_at = [&] {
      return evaluate_in_double(tiny.graph, {loss}, kExamples, leaves, {.seed = 8})[0][0];
    };
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      // Every third number of a parameter will do.
      for (std::size_t i = 0; i < leaves[p].second.size(); i += 3) {
        double& weight = leaves[p].second[i];
        const double before = weight;
        weight = before + kDelta;
        const double above = loss_at();
        weight = before - kDelta;
        const double below = loss_at();
        weight = before;
        const double expected = (above - below) / (2 * kDelta);
        // Rounding leaves about 1e-16 of the loss, divided by the step.
        ASSERT_NEAR(found[p][i], expected, 2e-6 * (1 + std::abs(expected)))
            << parameters[p].node().get<ParameterAttributes>().name << " " << i;
      }
    }
  }
}

TEST_P(Objectives, ReportThePlainElbo) {
  TinyVae tiny;
  ObjectiveSettings settings;
  settings.beta = 7;
  settings.capacity_nats = 3;
  const ElboTerms terms = build(tiny, GetParam(), settings).terms;
  const ElboTerms plain = elbo_terms(tiny.model, tiny.batch);
  constexpr std::int64_t kExamples = 20000;
  const auto found = tiny.evaluate({terms.elbo, terms.log_likelihood, terms.kl}, kExamples);
  const auto expected =
      tiny.evaluate({plain.elbo, plain.log_likelihood, plain.kl}, kExamples, 2, 0.1);
  for (std::size_t i = 0; i < 3; ++i) {
    double variance = 0;
    const double mean = mean_of(expected[i]);
    for (const double value : expected[i]) variance += (value - mean) * (value - mean) / kExamples;
    // Five standard errors of a difference; the closed-form KL has none.
    EXPECT_NEAR(mean_of(found[i]), mean, 5 * std::sqrt(2 * variance / kExamples) + 1e-9) << i;
  }
  for (std::size_t n = 0; n < 10; ++n) {
    EXPECT_NEAR(found[0][n], found[1][n] - found[2][n], 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Objectives, ::testing::ValuesIn(objective_names()),
                         [](const auto& info) { return info.param; });

TEST(Objective, AnUnknownNameIsRefusedWithTheNearest) {
  TinyVae tiny;
  try {
    build(tiny, "iwea");
    FAIL() << "nothing was thrown";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("iwae"), std::string::npos) << error.what();
  }
}

TEST(Bounds, GrowWithTheNumberOfSamples) {
  for (const char* posterior : {"normal", "iaf"}) {
    ModelSettings model = tiny_model_settings();
    model.posterior = posterior;
    TinyVae tiny(model);
    std::vector<Value> losses{build(tiny, "elbo").loss};
    for (const std::int64_t samples : {1, 5, 10, 50}) {
      ObjectiveSettings settings;
      settings.samples = samples;
      losses.push_back(build(tiny, "iwae", settings).loss);
    }
    const auto values = tiny.evaluate(losses, 8000);
    // One sample is the ELBO, up to chance; the random flow has heavy tails.
    EXPECT_NEAR(values[1][0], values[0][0], 0.1 * values[0][0]);
    for (std::size_t i = 2; i < values.size(); ++i) EXPECT_LT(values[i][0], values[i - 1][0]);
  }
}

/// Mean and variance of every gradient over runs with different seeds.
struct GradientMoments {
  std::vector<std::string> names;
  Doubles means, variances;
};

GradientMoments gradient_moments(const std::string& name, std::int64_t samples, int runs,
                                 std::uint64_t first_seed) {
  TinyVae tiny;
  ObjectiveSettings settings;
  settings.samples = samples;
  const Value loss = build(tiny, name, settings).loss;
  const std::vector<Value> parameters = tiny.parameters();
  const std::vector<Value> slopes = gradients(loss, parameters);
  GradientMoments moments;
  Doubles squares;
  for (int run = 0; run < runs; ++run) {
    const auto values = tiny.evaluate(slopes, 200, first_seed + static_cast<std::uint64_t>(run));
    std::size_t at = 0;
    for (std::size_t p = 0; p < values.size(); ++p) {
      for (const double value : values[p]) {
        if (run == 0) {
          moments.names.push_back(parameters[p].node().get<ParameterAttributes>().name);
          moments.means.push_back(0);
          squares.push_back(0);
        }
        moments.means[at] += value / runs;
        squares[at++] += value * value / runs;
      }
    }
  }
  for (std::size_t i = 0; i < squares.size(); ++i) {
    const double variance = squares[i] - moments.means[i] * moments.means[i];
    moments.variances.push_back(variance / (runs - 1) + 1e-18);  // of the mean
  }
  return moments;
}

void expect_same_means(const GradientMoments& a, const GradientMoments& b) {
  ASSERT_EQ(a.names, b.names);
  for (std::size_t i = 0; i < a.names.size(); ++i) {
    const double error = std::sqrt(a.variances[i] + b.variances[i]);
    EXPECT_NEAR(a.means[i], b.means[i], 5 * error + 1e-9) << a.names[i] << ", " << i;
  }
}

TEST(Iwae, WithOneSampleHasTheGradientOfTheElbo) {
  expect_same_means(gradient_moments("iwae", 1, 60, 1), gradient_moments("elbo", 1, 60, 1000));
}

TEST(Dreg, HasTheGradientOfIwaeWithLessNoiseInTheEncoder) {
  const GradientMoments iwae = gradient_moments("iwae", 8, 60, 1);
  const GradientMoments dreg = gradient_moments("dreg", 8, 60, 1000);
  expect_same_means(iwae, dreg);
  double noise_of_iwae = 0, noise_of_dreg = 0;
  for (std::size_t i = 0; i < iwae.names.size(); ++i) {
    if (!iwae.names[i].starts_with("encoder")) continue;
    noise_of_iwae += iwae.variances[i];
    noise_of_dreg += dreg.variances[i];
  }
  EXPECT_LT(noise_of_dreg, 0.7 * noise_of_iwae);
}

TEST(Dreg, HasTheValueOfIwae) {
  TinyVae tiny;
  const Value iwae = build(tiny, "iwae").loss, dreg = build(tiny, "dreg").loss;
  const auto values = tiny.evaluate({iwae, dreg}, 20000);
  EXPECT_NEAR(values[0][0], values[1][0], 0.05);  // draws of their own
}

TEST(Dreg, IsRefusedWhereThePosteriorHasNoDensity) {
  ModelSettings model = tiny_model_settings();
  model.posterior = "iaf";
  TinyVae tiny(model);
  EXPECT_THROW(build(tiny, "dreg"), UsageError);
  EXPECT_THROW(build(tiny, "beta_tcvae"), UsageError);
}

TEST(FreeBits, ChargeForWhatIsAboveTheFloor) {
  TinyVae tiny;
  ObjectiveSettings settings;
  settings.free_nats = 0.2;
  const Objective objective = build(tiny, "free_bits", settings);
  const auto values = tiny.evaluate(
      {objective.loss, objective.terms.log_likelihood, objective.terms.kl_per_unit}, 4);
  double paid = 0;
  for (std::size_t unit = 0; unit < 2; ++unit) {
    double kl = 0;
    for (std::size_t n = 0; n < 4; ++n) kl += values[2][2 * n + unit] / 4;
    paid += std::max(kl, 0.2);
  }
  EXPECT_NEAR(values[0][0], paid - mean_of(values[1]), 1e-9);
}

TEST(FreeBits, WithoutAFloorAreTheElbo) {
  TinyVae tiny;
  ObjectiveSettings settings;
  settings.free_nats = 0;
  const Objective objective = build(tiny, "free_bits", settings);
  const auto values = tiny.evaluate({objective.loss, objective.terms.elbo}, 4);
  EXPECT_NEAR(values[0][0], -mean_of(values[1]), 1e-9);
}

TEST(Capacity, ChargesForTheDistanceToIt) {
  TinyVae tiny;
  ObjectiveSettings settings;
  settings.capacity_nats = 6;
  settings.capacity_weight = 10;
  const Objective objective = build(tiny, "capacity", settings);
  const auto values = tiny.evaluate(
      {objective.loss, objective.terms.log_likelihood, objective.terms.kl}, 4, 1, 0.5);
  const double distance = std::abs(mean_of(values[2]) - 3);  // half warmed up
  EXPECT_NEAR(values[0][0], 10 * distance - mean_of(values[1]), 1e-9);
}

TEST(BetaTcvae, WithAWeightOfOneIsTheElboAtTheSample) {
  TinyVae tiny;
  const Value loss = build(tiny, "beta_tcvae").loss;
  const Value expected = build(tiny, "elbo").loss;
  const auto values = tiny.evaluate({loss, expected}, 3000);
  EXPECT_NEAR(values[0][0], values[1][0], 0.1);  // draws of their own
}

TEST(AggregatePosterior, IsTheMeanOverPairs) {
  Graph graph;
  const DiagonalNormal q{graph.input("mean", Shape{kBatch, 2}),
                         graph.input("log_variance", Shape{kBatch, 2})};
  const Value z = graph.input("z", Shape{kBatch, 2});
  const AggregateDensities found = aggregate_densities(q, z, 40);
  const Doubles mean = {0, 1, -1, 0.5, 2, 0}, log_variance = {0, -1, 0.5, 0.2, -0.4, 0},
                at = {0.1, 0.9, -1.2, 0.4, 1.5, 0.3};
  const auto values = evaluate_in_double(
      graph, {found.log_joint, found.log_product}, 3,
      {{q.mean.id(), mean}, {q.log_variance.id(), log_variance}, {z.id(), at}}, {});
  for (std::size_t i = 0; i < 3; ++i) {
    double joint = 0, units[2] = {0, 0};
    for (std::size_t j = 0; j < 3; ++j) {
      double both = 1;
      for (std::size_t l = 0; l < 2; ++l) {
        const double variance = std::exp(log_variance[2 * j + l]);
        const double distance = at[2 * i + l] - mean[2 * j + l];
        const double density =
            std::exp(-distance * distance / (2 * variance)) / std::sqrt(2 * M_PI * variance);
        both *= density;
        units[l] += density / (3 * 40);
      }
      joint += both / (3 * 40);
    }
    EXPECT_NEAR(values[0][i], std::log(joint), 1e-9) << i;
    EXPECT_NEAR(values[1][i], std::log(units[0]) + std::log(units[1]), 1e-9) << i;
  }
}

TEST(Discrepancy, IsTheMeanOverPairsOfDifferentRows) {
  Graph graph;
  const Value a = graph.input("a", Shape{kBatch, 2}), b = graph.input("b", Shape{kBatch, 2});
  const Doubles rows_a = {0, 1, -1, 0.5, 2, 0}, rows_b = {1, 1, 0, -0.5, 0.2, 0.3};
  const double found = evaluate_in_double(graph, {maximum_mean_discrepancy(a, b)}, 3,
                                          {{a.id(), rows_a}, {b.id(), rows_b}}, {})[0][0];
  const auto kernel = [](const Doubles& x, std::size_t i, const Doubles& y, std::size_t j) {
    const double distance =
        std::pow(x[2 * i] - y[2 * j], 2) + std::pow(x[2 * i + 1] - y[2 * j + 1], 2);
    double total = 0;
    for (const double s : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0}) total += 4 * s / (4 * s + distance);
    return total;
  };
  double expected = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      if (i != j) expected += (kernel(rows_a, i, rows_a, j) + kernel(rows_b, i, rows_b, j)) / 6;
      expected -= 2 * kernel(rows_a, i, rows_b, j) / 9;
    }
  }
  EXPECT_NEAR(found, expected, 1e-9);
}

TEST(Discrepancy, IsZeroForOneDistributionAndNotForTwo) {
  Graph graph;
  const Shape shape{kBatch, 4};
  const Value a = graph.random_normal(shape), b = graph.random_normal(shape);
  const auto values = evaluate_in_double(
      graph, {maximum_mean_discrepancy(a, b), maximum_mean_discrepancy(a, b * 0.5)}, 500, {},
      {.seed = 3});
  EXPECT_NEAR(values[0][0], 0, 0.02);  // the kernel is of the order of 1, the estimate's error 1/N
  EXPECT_GT(values[1][0], 0.1);
  EXPECT_THROW(maximum_mean_discrepancy(a, graph.random_normal(Shape{kBatch, 3})), ShapeError);
}

}  // namespace
}  // namespace elbo
