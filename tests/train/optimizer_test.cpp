// Learning-rate schedules, and what an optimizer keeps for a checkpoint.
#include "elbo/train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace elbo {
namespace {

TEST(LearningRate, ConstantStaysAfterItsWarmUp) {
  TrainSettings settings;
  settings.learning_rate = 0.4;
  settings.schedule = "constant";
  settings.warmup_steps = 4;
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 0, 100), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 3, 100), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 4, 100), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 99, 100), 0.4);
}

TEST(LearningRate, CosineFallsToZeroOnceAndSmoothly) {
  TrainSettings settings;
  settings.learning_rate = 0.4;
  settings.schedule = "cosine";
  settings.warmup_steps = 10;
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 10, 110), 0.4);
  EXPECT_NEAR(learning_rate_at(settings, 60, 110), 0.2, 1e-12);
  EXPECT_NEAR(learning_rate_at(settings, 110, 110), 0, 1e-12);
  EXPECT_NEAR(learning_rate_at(settings, 500, 110), 0, 1e-12);
  for (std::int64_t step = 10; step < 110; ++step) {
    const double change =
        learning_rate_at(settings, step, 110) - learning_rate_at(settings, step + 1, 110);
    EXPECT_GE(change, 0) << step;
    EXPECT_LE(change, 0.4 * M_PI / 200 + 1e-12) << step;  // the cosine's steepest slope
  }
}

TEST(LearningRate, SurvivesAWarmUpLongerThanTheRun) {
  TrainSettings settings;
  settings.schedule = "cosine";
  settings.warmup_steps = 1000;
  for (const std::int64_t step : {0, 5, 9}) {
    const double rate = learning_rate_at(settings, step, 10);
    EXPECT_TRUE(rate > 0 && rate < settings.learning_rate) << rate;
  }
}

TEST(Optimizer, KeepsItsMomentsByName) {
  TrainSettings settings;
  Optimizer adam(settings, 32, 1);
  settings.optimizer = "sgd";
  Optimizer sgd(settings, 32, 1);
  ASSERT_EQ(adam.state().size(), 2U);
  EXPECT_EQ(adam.state()[0].first, "moment1");
  EXPECT_EQ(adam.state()[1].first, "moment2");
  ASSERT_EQ(sgd.state().size(), 1U);
  std::vector<float> w(32, 1);
  const std::vector<float> g(32, 0.5f);
  adam.step(w, g, {.learning_rate = 0.1});
  // The first step of Adam is the learning rate against the gradient's sign.
  for (const float value : w) EXPECT_NEAR(value, 0.9, 1e-6);
  EXPECT_NEAR(adam.state()[0].second[31], 0.05, 1e-7);
}

TEST(Optimizer, ScalesGradientsFirst) {
  TrainSettings settings;
  settings.optimizer = "sgd";
  Optimizer sgd(settings, 16, 1);
  std::vector<float> w(16, 1);
  sgd.step(w, std::vector<float>(16, 2), {.learning_rate = 0.1, .gradient_scale = 0.25});
  for (const float value : w) EXPECT_NEAR(value, 1 - 0.1 * 0.5, 1e-6);
}

TEST(Optimizer, TakesTheAverageAlong) {
  for (const char* name : {"adam", "sgd"}) {
    TrainSettings settings;
    settings.optimizer = name;
    std::vector<float> w(16, 1), average(16, 3);
    Optimizer(settings, 16, 1)
        .step(w, std::vector<float>(16, 2),
              {.learning_rate = 0.1, .average = average, .average_decay = 0.75});
    EXPECT_LT(w[0], 0.95f) << name;
    for (const float value : average) EXPECT_NEAR(value, 0.75 * 3 + 0.25 * w[0], 1e-6) << name;
  }
}

}  // namespace
}  // namespace elbo
