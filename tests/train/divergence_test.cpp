// Numbers that are not finite: named, skipped, gone back from, and never saved as a result.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/graph/ops.h"
#include "elbo/io/safetensors.h"
#include "elbo/train/run_folder.h"
#include "elbo/train/trainer.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

using testing::tiny_config;
using testing::tiny_images;
using testing::tiny_table;

class Divergence : public ::testing::Test {
 protected:
  TrainRunOptions options() const { return {.folder = folder / "run", .callbacks = {}}; }

  const TemporaryFolder folder{memory_folder()};
};

/// The message of the NumericalError that training must throw.
std::string numerical_error(RunConfig config, const Dataset& data, const TrainRunOptions& options) {
  try {
    train_run(config, data, options);
  } catch (const NumericalError& error) {
    return error.what();
  }
  return "no NumericalError";
}

TEST_F(Divergence, NamesWhatIsNotFiniteAndKeepsTheLastGoodState) {
  Dataset data = tiny_table(100);
  for (std::int64_t row = 0; row < data.count(); row += 2) {
    data.examples.row<float>(row)[3] = std::numeric_limits<float>::quiet_NaN();
  }
  RunConfig config = tiny_config();
  config.data.validation = 0;
  config.model.likelihood = "gaussian";
  const std::string message = numerical_error(config, data, options());
  EXPECT_TRUE(message.starts_with("training: 'elbo_nats' is not finite at step ")) << message;
  EXPECT_NE(message.find("train.learning_rate"), std::string::npos) << message;
  const SafeTensors saved =
      read_safetensors(RunPaths(folder / "run").checkpoints() / "last.safetensors");
  for (const auto& [name, array] : saved.tensors) {
    for (const float value : array.values<float>()) ASSERT_TRUE(std::isfinite(value)) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(RunPaths(folder / "run").model()));
}

TEST_F(Divergence, WhatADivergedRunSavedCanBeTrainedOn) {
  RunConfig config = tiny_config();
  config.train.epochs = 20;
  config.train.learning_rate = 1e30;
  numerical_error(config, tiny_images(100), options());
  TrainRunOptions resumed = options();
  resumed.resume = true;
  config.train.learning_rate = 1e-2;
  const TrainingResult trained = train_run(config, tiny_images(100), resumed);
  EXPECT_EQ(trained.epochs, 20);
  EXPECT_GT(trained.best_epoch, 0);
  EXPECT_TRUE(std::isfinite(trained.best_monitored));
}

TEST_F(Divergence, AnEpochOfSkippedStepsHasNoTerms) {
  Dataset data = tiny_table(32);
  std::ranges::fill(data.examples.values<float>(), std::numeric_limits<float>::quiet_NaN());
  RunConfig config = tiny_config();
  config.data.validation = 0;
  config.model.likelihood = "gaussian";
  config.train.epochs = 1;
  TrainRunOptions watched = options();
  watched.callbacks.on_epoch = [&](const EpochReport& report) {
    EXPECT_EQ(report.skipped_steps, 2);
    EXPECT_TRUE(report.train.empty());
  };
  train_run(config, data, watched);
}

TEST_F(Divergence, ABadBatchIsSkippedAndCounted) {
  Dataset data = tiny_table(96);
  data.examples.row<float>(37)[3] = std::numeric_limits<float>::quiet_NaN();
  RunConfig config = tiny_config();
  config.data.validation = 0;
  config.model.likelihood = "gaussian";
  std::vector<std::int64_t> skipped;
  TrainRunOptions watched = options();
  watched.callbacks.on_epoch = [&](const EpochReport& report) {
    skipped.push_back(report.skipped_steps);
    for (const auto& [name, mean] : report.train) EXPECT_TRUE(std::isfinite(mean)) << name;
  };
  train_run(config, data, watched);
  // 96 rows in batches of 16: the bad row is in one batch of each epoch.
  EXPECT_EQ(skipped, (std::vector<std::int64_t>{1, 1, 1}));
  const std::string metrics = read_text_file(RunPaths(folder / "run").metrics());
  EXPECT_NE(metrics.find("\"skipped_steps\":1"), std::string::npos) << metrics;
}

TEST_F(Divergence, AHugeLearningRateIsNamed) {
  RunConfig config = tiny_config();
  config.train.learning_rate = 1e30;
  config.train.epochs = 20;
  const std::string message = numerical_error(config, tiny_images(100), options());
  EXPECT_NE(message.find(" is not finite at step "), std::string::npos) << message;
  EXPECT_NE(message.find("lower train.learning_rate"), std::string::npos) << message;
}

TEST_F(Divergence, ADivergingRunGoesBackAndTakesSmallerSteps) {
  // Descent on w^2 / 2 with momentum 0.9 diverges where the rate is above 3.8, else w shrinks by
  // 5 % a step: from wherever it was before it overflowed.
  const Dataset data = tiny_table(32);
  Graph graph;
  const BatchNodes nodes(graph, data);
  const Value w = graph.parameter("w", Shape{}, {.kind = Initializer::Kind::constant, .scale = 1});
  const Value height = sum(nodes.examples() * 0.0, {1}) + square(w) * 0.5;
  TrainSettings settings = tiny_config().train;
  settings.optimizer = "sgd";
  settings.learning_rate = 6;
  settings.clip_norm = 0;
  settings.epochs = 700;
  Split split;
  for (std::int32_t i = 0; i < 32; ++i) split.train.push_back(i);
  Trainer trainer({.graph = graph,
                   .data = data,
                   .split = split,
                   .loss = mean_over_batch(height),
                   .train_terms = {{"height", height}},
                   .validation_terms = {},
                   .monitored = ""},
                  settings, 1, {});
  std::int64_t skipped = 0;
  double last_rate = 0;
  TrainingCallbacks callbacks;
  callbacks.on_epoch = [&](const EpochReport& report) {
    skipped += report.skipped_steps;
    last_rate = report.learning_rate;
  };
  ::testing::internal::CaptureStderr();
  trainer.run(callbacks);
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("back to the last good state, with half the learning rate"),
            std::string::npos)
      << told;
  EXPECT_EQ(skipped, 5);
  EXPECT_NEAR(last_rate, 3, 1e-6);
  EXPECT_LT(std::abs(trainer.best_parameters()[0]), 1e-3f);
}

TEST_F(Divergence, AGradientThatIsNotFiniteIsNamed) {
  // sqrt has no finite slope at zero, while its value is fine.
  const Dataset data = tiny_table(32);
  Graph graph;
  const BatchNodes nodes(graph, data);
  const Value w = graph.parameter("w", Shape{}, {});
  const Value score = -sum(square(nodes.examples()), {1}) * 0.0 - sqrt(w);
  const Value per_example = broadcast_to(score, Shape{kBatch});
  Split split;
  for (std::int32_t i = 0; i < 32; ++i) split.train.push_back(i);
  Trainer trainer({.graph = graph,
                   .data = data,
                   .split = split,
                   .loss = -mean_over_batch(per_example),
                   .train_terms = {{"score", per_example}},
                   .validation_terms = {},
                   .monitored = "score"},
                  tiny_config().train, 1, {});
  try {
    trainer.run({});
    FAIL() << "nothing was thrown";
  } catch (const NumericalError& error) {
    const std::string message = error.what();
    EXPECT_TRUE(message.starts_with("training: the gradient of 'w' is not finite at step 4 "))
        << message;
  }
}

TEST_F(Divergence, ParametersThatAreNotFiniteAtTheEndAreNoResult) {
  RunConfig config = tiny_config();
  config.train.epochs = 1;
  config.train.batch_size = 80;
  config.train.learning_rate = 1e99;
  EXPECT_THROW(train_run(config, tiny_images(100), options()), NumericalError);
  EXPECT_FALSE(std::filesystem::exists(RunPaths(folder / "run").model()));
}

TEST_F(Divergence, ValidationThatIsNeverFiniteIsNoResult) {
  // The one step leaves parameters that are finite and too large for what is made of them.
  RunConfig config = tiny_config();
  config.train.epochs = 1;
  config.train.batch_size = 80;
  config.train.learning_rate = 1e30;
  EXPECT_EQ(numerical_error(config, tiny_images(100), options()),
            "training: the validation terms are not finite after step 1, the last; lower "
            "train.learning_rate or set train.clip_norm");
  EXPECT_FALSE(std::filesystem::exists(RunPaths(folder / "run").model()));
}

}  // namespace
}  // namespace elbo
