// The likelihoods of a pixel's levels (discretized logistic, their mixture, categorical): masses
// that sum to one, however extreme the decoder's numbers are, means and draws that agree with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "elbo/base/philox.h"
#include "elbo/distributions/discretized_logistic.h"
#include "elbo/distributions/likelihood.h"
#include "elbo/graph/gradients.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::run_plan;

/// A decoder's numbers for one pixel.
std::vector<double> random_outputs(std::int64_t count, double size, std::uint64_t seed) {
  RandomSequence random(seed);
  std::vector<double> outputs(static_cast<std::size_t>(count));
  for (double& output : outputs) output = size * random.next_normal();
  return outputs;
}

class PixelLevels : public ::testing::TestWithParam<const char*> {
 protected:
  const LikelihoodKind& kind() const { return find_likelihood(GetParam()); }
  /// The pixel values that masses are of.
  Floats levels() const {
    Floats values;
    for (std::int64_t level = 0; level < kind().byte_levels; ++level) {
      values.push_back(static_cast<float>(level) / static_cast<float>(kind().byte_levels - 1));
    }
    return values;
  }
  std::unique_ptr<Likelihood> make(Graph& graph, const std::vector<double>& outputs) const {
    const std::int64_t count = kind().outputs_per_element;
    return kind().make(broadcast_to(graph.constant(outputs, Shape{1, count}), Shape{kBatch, count}),
                       {});
  }
  /// In double precision but for the last step.
  std::vector<double> masses(const std::vector<double>& outputs,
                             DeviceKind device = DeviceKind::reference) const {
    Graph graph;
    const auto likelihood = make(graph, outputs);
    const Value mass = exp(likelihood->log_prob(graph.input("x", Shape{kBatch, 1})));
    const Floats found = run_plan(graph, {mass}, {{"x", levels()}},
                                  {.batch_size = kind().byte_levels, .device = device})[0];
    return {found.begin(), found.end()};
  }
};

TEST_P(PixelLevels, MassesSumToOne) {
  for (const double size : {0.0, 0.3, 1.0, 5.0, 100.0}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const auto outputs = random_outputs(kind().outputs_per_element, size, seed);
      for (const DeviceKind device : {DeviceKind::cpu, DeviceKind::reference}) {
        const auto found = masses(outputs, device);
        // Single precision leaves 1e-4 of a level's mass when the scale is a fraction of a level.
        EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 1,
                    device == DeviceKind::cpu ? 2e-4 : 1e-6)
            << size << ", " << seed;
      }
    }
  }
}

TEST_P(PixelLevels, MeanIsThatOfTheMasses) {
  for (const double size : {0.0, 0.5, 2.0, 5.0}) {
    const auto outputs = random_outputs(kind().outputs_per_element, size, 3);
    const auto found = masses(outputs);
    const Floats values = levels();
    double expected = 0;
    for (std::size_t i = 0; i < values.size(); ++i) expected += values[i] * found[i];
    Graph graph;
    // Within the half level that rounding moves a value by; categorical levels aren't rounded.
    EXPECT_NEAR(run_plan(graph, {make(graph, outputs)->mean()})[0][0], expected,
                kind().byte_levels == 256 ? 0.5 / 255 : 1e-5)
        << size;
  }
}

TEST_P(PixelLevels, SamplesFollowTheMasses) {
  constexpr std::size_t kDraws = 20000;
  for (const double size : {0.0, 1.0, 3.0}) {
    const auto outputs = random_outputs(kind().outputs_per_element, size, 9);
    const auto expected = masses(outputs);
    Graph graph;
    const Floats draws =
        run_plan(graph, {make(graph, outputs)->sample()}, {}, {kDraws}, {.seed = 4})[0];
    std::vector<double> found(expected.size(), 0.0);
    for (const float draw : draws) {
      const double level = draw * static_cast<double>(kind().byte_levels - 1);
      ASSERT_NEAR(level, std::round(level), 1e-4);
      found.at(static_cast<std::size_t>(std::lround(level))) += 1.0 / kDraws;
    }
    double below = 0, below_found = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      below += expected[i];
      below_found += found[i];
      // Kolmogorov and Smirnov, as for continuous draws, where they are strict; the seed is fixed.
      EXPECT_NEAR(below_found, below, 1.95 / std::sqrt(static_cast<double>(kDraws))) << i;
    }
  }
}

TEST_P(PixelLevels, NumbersOfAnySizeHaveFiniteGradients) {
  for (const double size : {1.0, 30.0, 1e4}) {
    for (const double sign : {1.0, -1.0}) {
      Graph graph;
      const std::int64_t count = kind().outputs_per_element;
      const Value raw = graph.input("raw", Shape{kBatch, count});
      const Value x = graph.input("x", Shape{kBatch, 1});
      const Value log_prob = kind().make(raw, {})->log_prob(x);
      const Value d_raw = gradients(sum(log_prob), {raw})[0];
      Floats outputs, pixels;
      for (const float pixel : {0.0f, 0.2f, 128 / 255.0f, 1.0f}) {
        for (const double output : random_outputs(count, size, 6)) {
          outputs.push_back(static_cast<float>(sign * output));
        }
        pixels.push_back(pixel);
      }
      const auto found = run_plan(graph, {log_prob, d_raw}, {{"raw", outputs}, {"x", pixels}}, {4});
      for (const auto& values : found) {
        for (const float value : values) EXPECT_TRUE(std::isfinite(value)) << size;
      }
      for (const float value : found[0]) EXPECT_LE(value, 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, PixelLevels,
                         ::testing::Values("discretized_logistic", "mixture_of_logistics",
                                           "categorical"),
                         [](const auto& info) { return std::string(info.param); });

TEST(DiscretizedLogistic, LogMassIsTheLogOfTheDifference) {
  Graph graph;
  const Value location = graph.input("location", Shape{kBatch});
  const Value log_scale = graph.input("log_scale", Shape{kBatch});
  const Value x = graph.input("x", Shape{kBatch});
  const DiscretizedLogistic logistic{location, log_scale};
  Floats locations, log_scales, pixels;
  for (const float centre : {-0.2f, 0.1f, 0.5f, 0.97f}) {
    for (const float spread : {-7.0f, -4.0f, -1.0f, 2.0f}) {
      for (const int byte : {0, 1, 60, 128, 254, 255}) {
        locations.push_back(centre);
        log_scales.push_back(spread);
        pixels.push_back(static_cast<float>(byte) / 255);
      }
    }
  }
  const auto count = static_cast<std::int64_t>(pixels.size());
  const testing::Inputs inputs{{"location", locations}, {"log_scale", log_scales}, {"x", pixels}};
  const Value result = logistic.log_prob_per_element(x);
  const Floats cpu = run_plan(graph, {result}, inputs, {count})[0];
  const Floats reference =
      run_plan(graph, {result}, inputs, {.batch_size = count, .device = DeviceKind::reference})[0];
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    // From the side on which the tail is small; long double covers what is left of cancellation.
    const long double scale = std::exp(static_cast<long double>(log_scales[i]));
    const auto tail = [&](long double edge) { return 1 / (1 + std::exp(std::abs(edge) / scale)); };
    const long double distance = static_cast<long double>(pixels[i]) - locations[i];
    const long double low = distance - 0.5L / 255, high = distance + 0.5L / 255;
    long double mass = 0;
    if (pixels[i] == 0) {
      mass = high < 0 ? tail(high) : 1 - tail(high);
    } else if (pixels[i] == 1) {
      mass = low > 0 ? tail(low) : 1 - tail(low);
    } else if (low > 0) {
      mass = tail(low) - tail(high);
    } else if (high < 0) {
      mass = tail(high) - tail(low);
    } else {
      mass = 1 - tail(low) - tail(high);
    }
    const double expected = static_cast<double>(std::log(mass));
    EXPECT_NEAR(reference[i], expected, 1e-6 * (1 + std::abs(expected))) << i;
    EXPECT_NEAR(cpu[i], expected, 1e-4 * (1 + std::abs(expected))) << i;
  }
}

TEST(CategoricalPixels, EveryByteHasItsNearestLevel) {
  const LikelihoodKind& kind = find_likelihood("categorical");
  Graph graph;
  const std::int64_t levels = kind.outputs_per_element;
  const auto outputs = random_outputs(levels, 1, 2);
  const Value raw = graph.constant(outputs, Shape{1, levels});
  const Value x = graph.input("x", Shape{kBatch, 1});
  const Value log_prob = kind.make(broadcast_to(raw, Shape{kBatch, levels}), {})->log_prob(x);
  Floats bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<float>(byte) * (1.0f / 255));
  const Floats found = run_plan(graph, {log_prob}, {{"x", bytes}}, {256})[0];
  double total = 0;
  for (const double output : outputs) total += std::exp(output);
  for (std::size_t byte = 0; byte < 256; ++byte) {
    EXPECT_NEAR(found[byte], outputs[(byte + 8) / 17] - std::log(total), 1e-5) << byte;
  }
}

}  // namespace
}  // namespace elbo
