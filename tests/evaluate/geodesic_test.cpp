// Geodesics under decoders whose shortest curves are known, and what holds for any decoder.
#include "elbo/evaluate/geodesic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/evaluate/latent_curve.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

constexpr std::int64_t kPoints = 33;

/// Three latents to four numbers, far from orthogonal.
Value linear_decoder(Value z) {
  const std::vector<double> weights = {1, 0.5, 0, 2, 0, 1, -1, 0.3, 0.7, 0, 3, -0.5};
  return matmul(z, z.graph().constant(weights, Shape{3, 4}));
}

/// The unit sphere by stereographic projection from its south pole: the plane's curved map.
Value sphere(Value z) {
  const Value squares = expand_dims(sum(square(z), {-1}), -1);
  return concat({2.0 * z, 1.0 - squares}, 1) / (1.0 + squares);
}

/// A small network with parameters of its own: tanh(z W) V.
Value network(Value z) {
  Graph& graph = z.graph();
  const Value hidden = tanh(matmul(z, graph.parameter("in", Shape{3, 16}, {})));
  return matmul(hidden, graph.parameter("out", Shape{16, 6}, {}));
}
ParameterMap network_parameters(std::uint64_t seed) {
  return {{"in", standard_normal(3, 16, seed)}, {"out", standard_normal(16, 6, seed + 100)}};
}

/// The decoder applied to a curve's points: (points, L) -> (points, D).
Array decoded(const Array& curve, const CurveDecoder& decoder, const ParameterMap& parameters) {
  Dataset data;
  data.spec = "curve";
  data.examples = curve;
  data.example = {1, 1, curve.extent(1)};
  return run_pass(data, parameters, {}, [&](Graph&, const BatchNodes& nodes) {
    return std::vector<Value>{decoder(nodes.examples())};
  })[0];
}

double energy_of(const Array& curve, const CurveDecoder& decoder, const ParameterMap& parameters) {
  return measure_curve(decoded(curve, decoder, parameters)).energy;
}

Array random_line(std::int64_t latent, std::uint64_t seed) {
  const Array ends = standard_normal(2, latent, seed);
  return linear_curve(ends.row<float>(0), ends.row<float>(1), kPoints);
}

TEST(Geodesic, OfALinearDecoderIsTheStraightLine) {
  const Array ends = standard_normal(2, 3, 5);
  const auto a = ends.row<float>(0), b = ends.row<float>(1);
  // It has to find it: the first curve is an arc.
  const Array found =
      geodesics({spherical_curve(a, b, kPoints)}, linear_decoder, {}, GeodesicOptions{})[0];
  const Array line = linear_curve(a, b, kPoints);
  double arc_error = 0;
  const Array arc = spherical_curve(a, b, kPoints);
  for (std::size_t i = 0; i < static_cast<std::size_t>(line.size()); ++i) {
    // A hundredth of the way between the ends, where the arc is up to a third of it away.
    EXPECT_NEAR(found.values<float>()[i], line.values<float>()[i], 0.01) << i;
    arc_error = std::max(
        arc_error, std::abs(static_cast<double>(arc.values<float>()[i] - line.values<float>()[i])));
  }
  EXPECT_GT(arc_error, 0.1);
}

TEST(Geodesic, OnASphereIsTheGreatCircle) {
  const std::vector<std::pair<std::vector<float>, std::vector<float>>> ends = {
      {{1.0f, 0.0f}, {0.0f, 1.0f}}, {{1.4f, 0.2f}, {-0.8f, 0.9f}}, {{0.3f, -1.2f}, {0.2f, 0.9f}}};
  std::vector<Array> lines;
  for (const auto& [a, b] : ends) lines.push_back(linear_curve(a, b, kPoints));
  const std::vector<Array> found = geodesics(lines, sphere, {}, {});
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const Array frames = decoded(found[i], sphere, {});
    const CurveMeasures measures = measure_curve(frames);
    double cosine = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      cosine += static_cast<double>(frames.row<float>(0)[j]) *
                static_cast<double>(frames.row<float>(kPoints - 1)[j]);
    }
    // T chords of equal length on an arc of this angle.
    const double chords = 2.0 * (kPoints - 1) * std::sin(std::acos(cosine) / 2 / (kPoints - 1));
    EXPECT_NEAR(measures.length, chords, 2e-4 * chords) << i;
    EXPECT_NEAR(measures.energy, chords * chords, 4e-4 * chords * chords) << i;
    EXPECT_LT(measures.step_ratio, 1.02) << i;
    const CurveMeasures straight = measure_curve(decoded(lines[i], sphere, {}));
    EXPECT_GT(straight.energy, 1.02 * measures.energy) << i;
  }
}

TEST(Geodesic, NeverNeedsMoreEnergyThanTheFirstCurve) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const ParameterMap parameters = network_parameters(seed);
    const std::vector<Array> lines = {random_line(3, seed), random_line(3, seed + 50)};
    // With steps that are far too long, nearly everything that is tried is worse.
    for (const double step_size : {0.05, 30.0}) {
      const std::vector<Array> found =
          geodesics(lines, network, parameters, {.iterations = 100, .step_size = step_size});
      for (std::size_t i = 0; i < lines.size(); ++i) {
        const double before = energy_of(lines[i], network, parameters);
        const double after = energy_of(found[i], network, parameters);
        EXPECT_LE(after, before);
        if (step_size < 1) {
          EXPECT_LT(after, 0.99 * before);
        }
        for (const std::int64_t end : {std::int64_t{0}, kPoints - 1}) {
          EXPECT_TRUE(std::ranges::equal(found[i].row<float>(end), lines[i].row<float>(end)));
        }
      }
    }
  }
}

TEST(Geodesic, DoesNotDependOnThreadsOrCompany) {
  const ParameterMap parameters = network_parameters(3);
  // More than are found at once.
  std::vector<Array> lines;
  for (std::uint64_t seed = 1; seed <= 35; ++seed) lines.push_back(random_line(3, seed));
  const std::vector<Array> one = geodesics(lines, network, parameters, {.threads = 1});
  const std::vector<Array> two = geodesics(lines, network, parameters, {.threads = 2});
  ASSERT_EQ(one.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(one[i].values<float>(), two[i].values<float>()));
    if (i > 1 && i < 33) continue;
    const Array alone = geodesics({lines[i]}, network, parameters, {})[0];
    for (std::size_t j = 0; j < static_cast<std::size_t>(alone.size()); ++j) {
      // Products of other sizes may round differently.
      EXPECT_NEAR(alone.values<float>()[j], one[i].values<float>()[j], 1e-3);
    }
  }
}

TEST(Geodesic, OfACodeToItselfStays) {
  const std::vector<float> code = {0.5f, -1.0f, 2.0f};
  const Array still = linear_curve(code, code, 5);
  const Array found = geodesics({still}, network, network_parameters(1), {})[0];
  EXPECT_TRUE(std::ranges::equal(found.values<float>(), still.values<float>()));
}

TEST(Geodesic, SaysWhatDoesNotFit) {
  EXPECT_TRUE(geodesics({}, sphere, {}, {}).empty());
  EXPECT_THROW(geodesics({Array(DType::f32, {2, 2})}, sphere, {}, {}), ShapeError);
  EXPECT_THROW(geodesics({Array(DType::f32, {5, 2}), Array(DType::f32, {6, 2})}, sphere, {}, {}),
               ShapeError);
  EXPECT_THROW(geodesics({random_line(3, 1)}, network, {}, {}), ShapeError);
}

TEST(Geodesic, StopsWhenItIsAskedTo) {
  set_interrupted(true);
  EXPECT_THROW(geodesics({random_line(2, 1)}, sphere, {}, {}), Interrupted);
  set_interrupted(false);
}

}  // namespace
}  // namespace elbo
