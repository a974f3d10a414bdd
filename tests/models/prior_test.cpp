// Priors: densities that integrate to one, draws that follow them, and a standard prior that is
// nothing but its formula.
#include "elbo/models/prior.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "elbo/base/error.h"
#include "elbo/nn/coupling.h"
#include "tests/models/tiny_vae.h"

namespace elbo {
namespace {

using testing::Doubles;
using testing::tiny_model_settings;
using testing::TinyVae;

ModelSettings with_prior(const std::string& prior) {
  ModelSettings settings = tiny_model_settings();
  settings.prior = prior;
  return settings;
}

/// The points of a square grid, and what one of them stands for.
constexpr std::int64_t kSide = 241;
constexpr double kExtent = 12;
constexpr double kStep = 2 * kExtent / (kSide - 1);

Doubles grid_points() {
  Doubles points;
  for (std::int64_t i = 0; i < kSide * kSide; ++i) {
    points.push_back(-kExtent + kStep * static_cast<double>(i / kSide));
    points.push_back(-kExtent + kStep * static_cast<double>(i % kSide));
  }
  return points;
}

class Priors : public ::testing::TestWithParam<std::string> {};

/// Integral, means and second moments under the density: 1, E z0, E z1, E z0^2, E z0 z1, E z1^2.
using Moments = std::array<double, 6>;

void add(Moments& moments, double z0, double z1, double weight) {
  const Moments terms = {1, z0, z1, z0 * z0, z0 * z1, z1 * z1};
  for (std::size_t i = 0; i < terms.size(); ++i) moments[i] += weight * terms[i];
}

TEST_P(Priors, DensityIntegratesToOneAndDrawsFollowIt) {
  TinyVae tiny(with_prior(GetParam()));
  tiny.weight_deviation = 0.3;  // larger ones let the flow reach beyond the grid
  const Value z = tiny.graph.input("z", Shape{kBatch, 2});
  const auto prior = tiny.model.prior(tiny.graph);
  const Value log_density = prior->log_prob(z);
  const Value draws = prior->sample(tiny.graph.random_normal(Shape{kBatch, 2}));
  const Doubles points = grid_points();
  auto leaves = tiny.leaves(kSide * kSide);
  leaves.emplace_back(z.id(), points);
  const Doubles density =
      evaluate_in_double(tiny.graph, {log_density}, kSide * kSide, leaves, {})[0];
  Moments expected{};
  for (std::size_t i = 0; i < density.size(); ++i) {
    add(expected, points[2 * i], points[2 * i + 1], std::exp(density[i]) * kStep * kStep);
  }
  // The sum over a grid is exact for smooth densities; relu in the flow leaves kinks.
  EXPECT_NEAR(expected[0], 1, GetParam() == "flow" ? 2e-3 : 1e-6);

  constexpr std::int64_t kDraws = 40000;
  const Doubles drawn = tiny.evaluate({draws}, kDraws, 4)[0];
  Moments found{}, squares{};
  for (std::size_t i = 0; i < drawn.size(); i += 2) {
    Moments one{};
    add(one, drawn[i], drawn[i + 1], 1);
    for (std::size_t j = 0; j < one.size(); ++j) {
      found[j] += one[j] / kDraws;
      squares[j] += one[j] * one[j] / kDraws;
    }
  }
  for (std::size_t j = 1; j < found.size(); ++j) {
    const double error = std::sqrt((squares[j] - found[j] * found[j]) / kDraws);
    // Five standard errors, and what the grid misses.
    EXPECT_NEAR(found[j], expected[j], 5 * error + 5e-3) << j;
  }
}

TEST_P(Priors, TakeCodesInEveryShape) {
  TinyVae tiny(with_prior(GetParam()));
  const Value z = tiny.graph.input("z", Shape{kBatch, 3, 2});
  const auto prior = tiny.model.prior(tiny.graph);
  const Value several = prior->log_prob(z);
  const Value as_rows = prior->log_prob(reshape(z, Shape{Dim(3, true), 2}));
  EXPECT_EQ(several.shape(), (Shape{kBatch, 3}));
  EXPECT_EQ(as_rows.shape(), (Shape{Dim(3, true)}));
  auto leaves = tiny.leaves(2);
  leaves.emplace_back(z.id(), Doubles{0, 1, 2, -1, 0.5, 3, -2, 0.1, 1, 1, -1, -1});
  const auto values = evaluate_in_double(tiny.graph, {several, as_rows}, 2, leaves, {});
  EXPECT_EQ(values[0], values[1]);
}

TEST_P(Priors, EstimateTheKlThatIsTheirs) {
  // The mean of the terms' KL is the mean of log q(z | x) - log p(z), whichever way it is found.
  TinyVae tiny(with_prior(GetParam()));
  const Posterior q = tiny.model.posterior(tiny.batch.input, {});
  const PosteriorDraw draw = tiny.model.draw(q, tiny.graph.random_normal(Shape{kBatch, 2}));
  const Value difference = q.log_prob(draw.z) - tiny.model.prior_log_prob(draw.z);
  const ElboTerms terms = elbo_terms(tiny.model, tiny.batch);
  constexpr std::int64_t kDraws = 20000;
  const auto values = tiny.evaluate({difference, terms.kl}, kDraws);
  Doubles means(2, 0), squares(2, 0);
  for (std::size_t i = 0; i < 2; ++i) {
    for (const double value : values[i]) {
      means[i] += value / kDraws;
      squares[i] += value * value / kDraws;
    }
  }
  const double error = std::sqrt((squares[0] - means[0] * means[0]) / kDraws);
  EXPECT_NEAR(means[0], means[1], 8 * error);
  EXPECT_GT(means[1], 0);
}

INSTANTIATE_TEST_SUITE_P(All, Priors, ::testing::ValuesIn(prior_names()),
                         [](const auto& info) { return info.param; });

TEST(StandardPrior, IsTheSameNodesAsItsFormula) {
  // Equal nodes are stored once: the interface adds nothing to the graph.
  TinyVae tiny;
  const Posterior q = tiny.model.posterior(tiny.batch.input, {});
  const auto prior = tiny.model.prior(tiny.graph);
  EXPECT_EQ(prior->kl_per_dimension(q), kl_to_standard_normal(q));
  EXPECT_EQ(prior->log_prob(q.mean), standard_normal_log_prob(q.mean));
  EXPECT_EQ(prior->sample(q.mean), q.mean);
  EXPECT_EQ(tiny.model.code(q), q.mean);
}

TEST(VampPrior, IsTheMeanOfPosteriorsAtItsPseudoInputs) {
  TinyVae tiny(with_prior("vampprior"));
  const Value z = tiny.graph.input("z", Shape{kBatch, 2});
  const Value found = tiny.model.prior_log_prob(z);
  const Value inputs = sigmoid(tiny.graph.parameter("prior.pseudo_inputs", Shape{3, TinyVae::kData},
                                                    {Initializer::Kind::normal, 2.0}));
  const Posterior q = tiny.model.posterior(inputs, {});
  const DiagonalNormal spread{expand_dims(q.mean, 0), expand_dims(q.log_variance, 0)};
  const Value expected = log_sum_exp(spread.log_prob(expand_dims(z, 1)), {1}) - std::log(3.0);
  auto leaves = tiny.leaves(2);
  leaves.emplace_back(z.id(), Doubles{0.3, -0.4, 1, 2});
  const auto values = evaluate_in_double(tiny.graph, {found, expected}, 2, leaves, {});
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(values[0][i], values[1][i], 1e-9);
}

TEST(MixturePrior, DoesNotBeginCollapsed) {
  TinyVae tiny(with_prior("mixture"));
  tiny.model.prior(tiny.graph);
  const ParameterLayout layout(tiny.graph);
  std::vector<float> first(static_cast<std::size_t>(layout.size()));
  layout.initialize(first, 1);
  const ParameterSlot& means = layout.slot_of("prior.means");
  const float* at = first.data() + means.offset;
  for (std::int64_t a = 0; a < 3; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      EXPECT_GT(std::hypot(at[2 * a] - at[2 * b], at[2 * a + 1] - at[2 * b + 1]), 0.05f);
    }
  }
}

TEST(FlowPrior, NeedsTwoLatents) {
  ModelSettings settings = with_prior("flow");
  settings.latent = 1;
  TinyVae tiny(settings);
  EXPECT_THROW(tiny.model.prior(tiny.graph), UsageError);
}

class Coupling : public ::testing::Test {
 protected:
  static constexpr std::int64_t kLength = 5;
  TinyVae tiny;
  const Value x = tiny.graph.input("rows", Shape{kBatch, kLength});
  const FlowOptions options{.layers = 4, .hidden = {8, 8}};
  const FlowResult flow = coupling_flow("flow", x, options);
  const Doubles row = {0.3, -1.2, 0.7, 2.0, -0.4};

  std::vector<Doubles> at(const Doubles& values, const std::vector<Value>& outputs) {
    auto leaves = tiny.leaves(1);
    leaves.emplace_back(x.id(), values);
    return evaluate_in_double(tiny.graph, outputs, 1, leaves, {});
  }
};

/// log |det| of a matrix of rows, by elimination with pivots.
double log_determinant(std::vector<Doubles> matrix) {
  double total = 0;
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < matrix.size(); ++r) {
      if (std::abs(matrix[r][i]) > std::abs(matrix[pivot][i])) pivot = r;
    }
    std::swap(matrix[i], matrix[pivot]);
    total += std::log(std::abs(matrix[i][i]));
    for (std::size_t r = i + 1; r < matrix.size(); ++r) {
      const double factor = matrix[r][i] / matrix[i][i];
      for (std::size_t c = i; c < matrix.size(); ++c) matrix[r][c] -= factor * matrix[i][c];
    }
  }
  return total;
}

TEST_F(Coupling, InvertsItself) {
  const Value back = coupling_flow_inverse("flow", flow.value, options);
  const auto values = at(row, {back, flow.value});
  for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(values[0][i], row[i], 1e-10);
  EXPECT_GT(std::abs(values[1][0] - row[0]), 1e-3);  // it does something
}

TEST_F(Coupling, LogDeterminantIsThatOfTheJacobian) {
  constexpr double kDelta = 1e-6;
  std::vector<Doubles> jacobian;
  for (std::size_t i = 0; i < row.size(); ++i) {
    Doubles above = row, below = row;
    above[i] += kDelta;
    below[i] -= kDelta;
    const Doubles high = at(above, {flow.value})[0], low = at(below, {flow.value})[0];
    jacobian.emplace_back();
    for (std::size_t j = 0; j < row.size(); ++j) {
      jacobian.back().push_back((high[j] - low[j]) / (2 * kDelta));
    }
  }
  EXPECT_NEAR(at(row, {flow.log_determinant})[0][0], log_determinant(jacobian), 1e-7);
}

TEST_F(Coupling, BeginsAsTheIdentity) {
  const ParameterLayout layout(tiny.graph);
  std::vector<float> first(static_cast<std::size_t>(layout.size()));
  layout.initialize(first, 1);
  testing::Leaves leaves{{x.id(), row}};
  for (std::size_t i = 0; i < layout.slots().size(); ++i) {
    const ParameterSlot& slot = layout.slots()[i];
    const float* begin = first.data() + slot.offset;
    leaves.emplace_back(tiny.graph.parameters()[i], Doubles(begin, begin + slot.count));
  }
  const auto values =
      evaluate_in_double(tiny.graph, {flow.value, flow.log_determinant}, 1, leaves, {});
  EXPECT_EQ(values[0], row);
  EXPECT_EQ(values[1][0], 0);
}

TEST_F(Coupling, NeedsTwoElements) {
  const Value narrow = tiny.graph.input("narrow", Shape{kBatch, 1});
  EXPECT_THROW(coupling_flow("other", narrow, options), ShapeError);
}

}  // namespace
}  // namespace elbo
