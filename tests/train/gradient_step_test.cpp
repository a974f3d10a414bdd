// A step on sums whose gradients are known.
#include "elbo/train/gradient_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/graph/ops.h"

namespace elbo {
namespace {

constexpr std::int64_t kSize = 40;

/// Minimises |w - 3|^2 / 2 over kSize weights: the gradient is w - 3.
struct Parabola {
  explicit Parabola(const TrainSettings& settings)
      : distances(graph.parameter("w", Shape{kSize}, {}) - 3),
        loss(sum(square(distances), {0}) * 0.5),
        step(loss, {distances}, settings, 2) {}

  Graph graph;
  Value distances, loss;
  GradientStep step;

  std::vector<float> weights() const {
    const auto values = step.parameters().values().first(kSize);
    return {values.begin(), values.end()};
  }
  /// The norm of the gradient before the step.
  double take(std::int64_t number) {
    step.compute(number);
    const double norm = step.gradient_norm();
    step.update(number, 0.5);
    return norm;
  }
};

TrainSettings sgd() {
  TrainSettings settings;
  settings.batch_size = 1;
  settings.optimizer = "sgd";
  return settings;
}

TEST(GradientStep, GoesDownTheGradient) {
  Parabola parabola(sgd());
  const std::vector<float> before = parabola.weights();
  const double norm = parabola.take(0);
  const auto distances = parabola.step.plan().output(1);
  ASSERT_EQ(distances.size(), static_cast<std::size_t>(kSize));
  double squares = 0;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    EXPECT_FLOAT_EQ(distances[i], before[i] - 3);
    EXPECT_FLOAT_EQ(parabola.weights()[i], before[i] - 0.5f * (before[i] - 3));
    squares += static_cast<double>(distances[i]) * static_cast<double>(distances[i]);
  }
  EXPECT_NEAR(norm, std::sqrt(squares), 1e-5);
  EXPECT_NEAR(parabola.step.loss(), squares / 2, 1e-4);
  EXPECT_NEAR(parabola.take(1), norm / 2, 1e-5);
}

TEST(GradientStep, IsNoLongerThanTheClippedNorm) {
  TrainSettings settings = sgd();
  settings.clip_norm = 0.25;
  Parabola parabola(settings);
  const std::vector<float> before = parabola.weights();
  EXPECT_GT(parabola.take(0), 1);
  double moved = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    moved += std::pow(static_cast<double>(parabola.weights()[i] - before[i]), 2);
  }
  EXPECT_NEAR(std::sqrt(moved), 0.5 * 0.25, 1e-6);
}

TEST(GradientStep, AveragesWhatItIsAskedToAverage) {
  Parabola plain(sgd());
  EXPECT_EQ(plain.step.averaged_parameters().data(), plain.step.parameters().data());
  TrainSettings settings = sgd();
  settings.average_decay = 0.9;
  Parabola parabola(settings);
  const float before = parabola.weights()[0];
  parabola.take(0);
  // The first step's decay is (1 + 0) / (10 + 0).
  EXPECT_FLOAT_EQ(parabola.step.averaged_parameters().values()[0],
                  0.1f * before + 0.9f * parabola.weights()[0]);
}

TEST(GradientStep, BeginsAnewAndGoesOnFromAnyState) {
  for (const char* optimizer : {"sgd", "adam"}) {
    TrainSettings settings = sgd();
    settings.optimizer = optimizer;
    settings.average_decay = 0.5;
    Parabola parabola(settings);
    GradientStep& step = parabola.step;
    const std::vector<float> first = parabola.weights();
    parabola.take(0);
    std::vector<std::vector<float>> kept;
    for (const auto& [name, values] : step.state()) kept.emplace_back(values.begin(), values.end());
    parabola.take(1);
    const std::vector<float> second = parabola.weights();

    const NamedBuffers state = step.state();
    for (std::size_t i = 0; i < state.size(); ++i) {
      std::ranges::copy(kept[i], state[i].second.begin());
    }
    step.state_changed();
    parabola.take(1);
    EXPECT_EQ(parabola.weights(), second) << optimizer;

    step.begin_anew();
    EXPECT_EQ(parabola.weights(), first) << optimizer;
    EXPECT_EQ(step.averaged_parameters().values()[0], first[0]);
    parabola.take(0);
    parabola.take(1);
    EXPECT_EQ(parabola.weights(), second) << optimizer;
  }
}

}  // namespace
}  // namespace elbo
