// The posterior through an inverse autoregressive flow: its density is the normal's through the
// change of variables, and elements see only those before them.
#include "elbo/models/posterior.h"

#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"
#include "tests/models/tiny_vae.h"

namespace elbo {
namespace {

using testing::Doubles;
using testing::TinyVae;

ModelSettings iaf_settings() {
  ModelSettings settings = testing::tiny_model_settings();
  settings.posterior = "iaf";
  settings.latent = 3;
  settings.flow_hidden = {6, 6};
  return settings;
}

class Iaf : public ::testing::Test {
 protected:
  explicit Iaf(std::int64_t layers = 3) : tiny(with_layers(layers)) {}
  static ModelSettings with_layers(std::int64_t layers) {
    ModelSettings settings = iaf_settings();
    settings.flow_layers = layers;
    return settings;
  }
  /// dz_j / dnoise_i at the first example, by central differences.
  std::vector<Doubles> jacobian(const Doubles& at) {
    constexpr double kDelta = 1e-6;
    std::vector<Doubles> rows;
    for (std::size_t i = 0; i < 3; ++i) {
      Doubles above = at, below = at;
      above[i] += kDelta;
      below[i] -= kDelta;
      const Doubles high = values(above, draw.z), low = values(below, draw.z);
      rows.emplace_back();
      for (std::size_t j = 0; j < 3; ++j) rows.back().push_back((high[j] - low[j]) / 2 / kDelta);
    }
    return rows;
  }
  Doubles values(const Doubles& noise_values, Value output) {
    auto leaves = tiny.leaves(1);
    leaves.emplace_back(noise.id(), noise_values);
    return evaluate_in_double(tiny.graph, {output}, 1, leaves, {})[0];
  }

  TinyVae tiny;
  const Value noise = tiny.graph.input("noise", Shape{kBatch, 3});
  const Posterior q = tiny.model.posterior(tiny.batch.input, {});
  const PosteriorDraw draw = tiny.model.draw(q, noise);
  const Doubles point = {0.4, -1.1, 0.8};
};

class OneLayerIaf : public Iaf {
 protected:
  OneLayerIaf() : Iaf(1) {}
};

TEST_F(Iaf, DensityIsTheNormalsThroughTheChangeOfVariables) {
  const auto j = jacobian(point);
  const double determinant = j[0][0] * (j[1][1] * j[2][2] - j[1][2] * j[2][1]) -
                             j[0][1] * (j[1][0] * j[2][2] - j[1][2] * j[2][0]) +
                             j[0][2] * (j[1][0] * j[2][1] - j[1][1] * j[2][0]);
  double expected = -std::log(std::abs(determinant));
  for (const double e : point) expected -= 0.5 * (e * e + std::log(2 * M_PI));
  EXPECT_NEAR(values(point, draw.log_prob)[0], expected, 1e-7);
}

TEST_F(OneLayerIaf, ElementsSeeOnlyThoseBeforeThem) {
  const auto j = jacobian(point);
  bool sees_something = false;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < i; ++k) EXPECT_EQ(j[i][k], 0) << i << ", " << k;
    for (std::size_t k = i + 1; k < 3; ++k) sees_something |= std::abs(j[i][k]) > 1e-4;
  }
  EXPECT_TRUE(sees_something);
}

TEST_F(Iaf, SeveralDrawsAreDrawsOfOne) {
  const Value noises = tiny.graph.input("noises", Shape{kBatch, 2, 3});
  const PosteriorDraw several = tiny.model.draw(q, noises);
  EXPECT_EQ(several.z.shape(), (Shape{kBatch, 2, 3}));
  EXPECT_EQ(several.log_prob.shape(), (Shape{kBatch, 2}));
  auto leaves = tiny.leaves(1);
  Doubles both = point;
  both.insert(both.end(), {0.1, 0.2, -0.3});
  leaves.emplace_back(noises.id(), both);
  leaves.emplace_back(noise.id(), point);
  const auto found = evaluate_in_double(
      tiny.graph, {several.z, several.log_prob, draw.z, draw.log_prob}, 1, leaves, {});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[0][i], found[2][i], 1e-12);
  EXPECT_NEAR(found[1][0], found[3][0], 1e-12);
}

TEST_F(Iaf, HasNoKlInClosedFormAndNoPriorOfItself) {
  EXPECT_FALSE(tiny.model.kl_per_dimension(q));
  EXPECT_EQ(elbo_terms(tiny.model, tiny.batch).kl_per_unit.shape(), (Shape{kBatch, 1}));
  ModelSettings settings = iaf_settings();
  settings.prior = "vampprior";
  EXPECT_THROW(TinyVae{settings}, UsageError);
}

}  // namespace
}  // namespace elbo
