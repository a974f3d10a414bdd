// The Gaussian likelihoods: densities in one dimension, what the decoder's numbers mean, samples.
#include <gtest/gtest.h>

#include <cmath>

#include "elbo/distributions/likelihood.h"
#include "elbo/graph/parameters.h"
#include "elbo/tensor/arena.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::moments_of;
using testing::run_plan;

class Gaussians : public ::testing::TestWithParam<const char*> {
 protected:
  /// The decoder's raw output for one pixel: the same for every example.
  std::unique_ptr<Likelihood> make(Graph& graph, bool unit_interval) const {
    const LikelihoodKind& kind = find_likelihood(GetParam());
    const std::int64_t outputs = kind.outputs_per_element;
    std::vector<double> raw = {kRaw};
    if (outputs == 2) raw.push_back(kSpread);
    const Value row = graph.constant(raw, Shape{1, outputs});
    return kind.make(broadcast_to(row, Shape{kBatch, outputs}),
                     {.unit_interval = unit_interval, .sigma = kSigma});
  }
  /// Of what make() builds, by the definition of the two kinds.
  double log_variance(const FlatBuffer& parameters) const {
    if (GetParam() == std::string("gaussian_fixed")) return 2 * std::log(kSigma);
    return find_likelihood(GetParam()).outputs_per_element == 2 ? kSpread - 2
                                                                : 10.0 * parameters.data()[0];
  }
  static FlatBuffer first_parameters(const Graph& graph) {
    const ParameterLayout layout(graph);
    FlatBuffer buffer(static_cast<std::size_t>(layout.size()) + 16);
    layout.initialize(buffer.values().first(static_cast<std::size_t>(layout.size())), 1);
    return buffer;
  }

  static constexpr double kRaw = 0.6, kSpread = 0.8, kSigma = 0.3;
};

TEST_P(Gaussians, DensityIntegratesToOne) {
  for (const bool unit_interval : {false, true}) {
    Graph graph;
    const auto gaussian = make(graph, unit_interval);
    const Value density = exp(gaussian->log_prob(graph.input("x", Shape{kBatch, 1})));
    const FlatBuffer parameters = first_parameters(graph);
    constexpr std::int64_t kPoints = 8001;
    Floats grid;
    for (std::int64_t i = 0; i < kPoints; ++i) grid.push_back(-10 + 20.0f / (kPoints - 1) * i);
    const Floats values =
        run_plan(graph, {density}, {{"x", grid}}, {kPoints}, {}, parameters.data())[0];
    double integral = 0;
    for (const float value : values) integral += value * 20.0 / (kPoints - 1);
    EXPECT_NEAR(integral, 1, 1e-5) << unit_interval;  // single precision
  }
}

TEST_P(Gaussians, LogProbIsTheLogOfTheDensity) {
  for (const bool unit_interval : {false, true}) {
    Graph graph;
    const auto gaussian = make(graph, unit_interval);
    const Value x = graph.input("x", Shape{kBatch, 1});
    const std::vector<Value> outputs{gaussian->log_prob(x), gaussian->mean()};
    const FlatBuffer parameters = first_parameters(graph);
    const Floats points = {0.1f, 0.9f, -1};
    const auto found = run_plan(graph, outputs, {{"x", points}}, {3}, {}, parameters.data());
    const double mean = unit_interval ? 1 / (1 + std::exp(-kRaw)) : kRaw;
    const double log_variance = this->log_variance(parameters);
    for (std::size_t i = 0; i < 3; ++i) {
      const double distance = points[i] - mean;
      const double expected =
          -0.5 * (distance * distance / std::exp(log_variance) + log_variance + std::log(2 * M_PI));
      EXPECT_NEAR(found[0][i], expected, 1e-5 * (1 + std::abs(expected))) << i;
      EXPECT_NEAR(found[1][i], mean, 1e-6) << i;
    }
  }
}

TEST_P(Gaussians, SamplesHaveItsMoments) {
  Graph graph;
  const Value draw = make(graph, false)->sample();
  const FlatBuffer parameters = first_parameters(graph);
  constexpr std::int64_t kDraws = 40000;
  const auto moments =
      moments_of(run_plan(graph, {draw}, {}, {kDraws}, {.seed = 29}, parameters.data())[0]);
  const double variance = std::exp(log_variance(parameters));
  // Five standard errors each; the seed is fixed.
  EXPECT_NEAR(moments.mean, kRaw, 5 * moments.standard_error);
  EXPECT_NEAR(moments.variance, variance, 5 * variance * std::sqrt(2.0 / kDraws));
}

INSTANTIATE_TEST_SUITE_P(All, Gaussians,
                         ::testing::Values("gaussian", "gaussian_fixed", "gaussian_per_pixel"),
                         [](const auto& info) { return std::string(info.param); });

TEST(GaussianPerPixel, MeansComeBeforeVariances) {
  Graph graph;
  const Value raw = graph.input("raw", Shape{kBatch, 6});
  const Value x = graph.input("x", Shape{kBatch, 3});
  const auto gaussian = find_likelihood("gaussian_per_pixel").make(raw, {.unit_interval = false});
  ASSERT_EQ(gaussian->mean().shape(), (Shape{kBatch, 3}));
  const auto found = run_plan(graph, {gaussian->mean(), gaussian->log_prob(x)},
                              {{"raw", {1, 3, 5, 2, 2, 2}}, {"x", {1, 3, 6}}});
  EXPECT_EQ(found[0], (Floats{1, 3, 5}));
  // Unit variances: only the last pixel is off, by one.
  EXPECT_NEAR(found[1][0], -0.5 * (1 + 3 * std::log(2 * M_PI)), 1e-5);
}

TEST(Gaussian, VariancesStayWithinTheirBounds) {
  Graph graph;
  const Value raw = graph.input("raw", Shape{kBatch, 1});
  const Value x = graph.input("x", Shape{kBatch, 1});
  const Value log_prob =
      find_likelihood("gaussian").make(raw, {.unit_interval = false})->log_prob(x);
  FlatBuffer parameters(16);
  for (const auto& [parameter, log_variance] : {std::pair{-1e6f, -11.0}, {1e6f, 5.0}}) {
    parameters.data()[0] = parameter;
    const Floats found = run_plan(graph, {log_prob}, {{"raw", {0.25f}}, {"x", {0.25f}}}, {}, {},
                                  parameters.data())[0];
    EXPECT_NEAR(found[0], -0.5 * (log_variance + std::log(2 * M_PI)), 1e-5);
  }
}

}  // namespace
}  // namespace elbo
