// The trainer: it learns, keeps the best, stops early, and refuses what does not belong together.
#include "elbo/train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/graph/ops.h"
#include "elbo/io/safetensors.h"
#include "elbo/train/run_folder.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

using testing::tiny_config;
using testing::tiny_images;
using testing::tiny_table;

class Training : public ::testing::Test {
 protected:
  TrainRunOptions options() {
    TrainRunOptions options;
    options.folder = folder / "run";
    options.callbacks.on_epoch = [this](const EpochReport& report) { reports.push_back(report); };
    return options;
  }
  static double term(const TermMeans& means, const std::string& name) {
    for (const auto& [key, value] : means) {
      if (key == name) return value;
    }
    ADD_FAILURE() << "no term " << name;
    return 0;
  }

  const TemporaryFolder folder{memory_folder()};
  std::vector<EpochReport> reports;
};

TEST_F(Training, Learns) {
  RunConfig config = tiny_config();
  config.train.epochs = 40;
  train_run(config, tiny_images(300), options());
  ASSERT_EQ(reports.size(), 40U);
  const double first = term(reports.front().validation, "elbo_nats");
  const double last = term(reports.back().validation, "elbo_nats");
  // Sixteen coin flips cost 11.1 nats; knowing the bar saves most of them.
  EXPECT_LT(first, -9);
  EXPECT_GT(last, -8);
  for (const EpochReport& report : reports) {
    for (const TermMeans* means : {&report.train, &report.validation}) {
      EXPECT_NEAR(term(*means, "elbo_nats"),
                  term(*means, "log_likelihood_nats") - term(*means, "kl_nats"), 1e-4);
    }
  }
}

TEST_F(Training, LearnsATable) {
  RunConfig config = tiny_config();
  config.model.likelihood = "gaussian";
  config.train.epochs = 40;
  train_run(config, tiny_table(300), options());
  EXPECT_GT(term(reports.back().validation, "elbo_nats"),
            term(reports.front().validation, "elbo_nats") + 3);
}

TEST_F(Training, DistortionIsForTrainingExamplesOnly) {
  RunConfig config = tiny_config();
  config.train.epochs = 1;
  // Nothing moves: both see the same model.
  config.train.learning_rate = 1e-30;
  const Dataset images = tiny_images(200);
  const Array before = images.examples;
  train_run(config, images, options());
  config.data.distortion = 2;
  TrainRunOptions other = options();
  other.folder = folder / "distorted";
  train_run(config, images, other);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].validation, reports[1].validation);
  EXPECT_NE(reports[0].train, reports[1].train);
  EXPECT_TRUE(std::ranges::equal(images.examples.bytes(), before.bytes()));
}

TEST_F(Training, KeepsTheBestAndStopsEarly) {
  RunConfig config = tiny_config();
  config.train.epochs = 60;
  config.train.patience = 3;
  config.train.learning_rate = 0.3;  // overshoots, so that validation soon gets worse
  const TrainingResult result = train_run(config, tiny_images(100), options());
  ASSERT_LT(result.epochs, 60);
  EXPECT_EQ(result.epochs, result.best_epoch + 3);
  double best = -std::numeric_limits<double>::infinity();
  for (const EpochReport& report : reports) {
    const double elbo = term(report.validation, "elbo_nats");
    EXPECT_EQ(report.is_best, elbo > best) << report.epoch;
    best = std::max(best, elbo);
  }
  EXPECT_EQ(result.best_monitored, best);
  // The same seed up to the best epoch ends with the weights that were kept.
  RunConfig shorter = config;
  shorter.train.epochs = result.best_epoch;
  shorter.train.patience = 0;
  TrainRunOptions other = options();
  other.folder = folder / "shorter";
  train_run(shorter, tiny_images(100), other);
  EXPECT_EQ(testing::weights_of(folder / "run"), testing::weights_of(folder / "shorter"));
}

TEST_F(Training, ValidatesWhenAsked) {
  RunConfig config = tiny_config();
  config.train.epochs = 5;
  config.train.validate_every = 2;
  train_run(config, tiny_images(100), options());
  std::vector<bool> validated;
  for (const EpochReport& report : reports) validated.push_back(!report.validation.empty());
  EXPECT_EQ(validated, (std::vector<bool>{false, true, false, true, true}));
}

TEST_F(Training, ATimeBudgetEndsIt) {
  RunConfig config = tiny_config();
  config.train.epochs = 1000000;
  config.train.seconds = 0.05;
  const TrainingResult result = train_run(config, tiny_images(64), options());
  EXPECT_LT(result.epochs, 1000000);
  EXPECT_GE(result.seconds, 0.05);
  EXPECT_EQ(reports.size(), static_cast<std::size_t>(result.epochs));
  EXPECT_TRUE(std::filesystem::exists(RunPaths(folder / "run").model()));
}

TEST_F(Training, WarmUpStartsWithoutTheKl) {
  RunConfig config = tiny_config();
  config.train.epochs = 20;
  config.objective.beta = 4;
  train_run(config, tiny_images(100), options());
  const double weighted = term(reports.back().train, "kl_nats");
  reports.clear();
  config.objective.warmup_epochs = 1000;
  TrainRunOptions other = options();
  other.folder = folder / "warm";
  ::testing::internal::CaptureStderr();
  train_run(config, tiny_images(100), other);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("objective.warmup_epochs = 1000 is more than"), std::string::npos) << said;
  EXPECT_GT(term(reports.back().train, "kl_nats"), weighted + 1);
}

TEST_F(Training, TheWarmUpComesInCycles) {
  const Dataset data = tiny_table(32);
  Graph graph;
  const BatchNodes nodes(graph, data);
  const Value warmup = graph.input("warmup", Shape{});
  const Value w = graph.parameter("w", Shape{}, {});
  const Value error = sum(square(nodes.examples() - w), {1});
  Split split;
  for (std::int32_t i = 0; i < 32; ++i) split.train.push_back(i);
  TrainSettings settings = tiny_config().train;
  settings.epochs = 8;  // of two steps each
  Trainer trainer({.graph = graph,
                   .data = data,
                   .split = split,
                   .loss = mean_over_batch(error),
                   .train_terms = {{"warmup", broadcast_to(warmup, Shape{kBatch})}},
                   .validation_terms = {},
                   .warmup_epochs = 2,
                   .warmup_cycles = 2,
                   .monitored = ""},
                  settings, 1, {});
  std::vector<double> means;
  TrainingCallbacks callbacks;
  callbacks.on_epoch = [&](const EpochReport& report) {
    means.push_back(term(report.train, "warmup"));
  };
  trainer.run(callbacks);
  // Steps 0, 1/4, 1/2, 3/4, 1, 1, 1, 1 and again.
  EXPECT_EQ(means, (std::vector<double>{0.125, 0.625, 1, 1, 0.125, 0.625, 1, 1}));
}

TEST_F(Training, ACollapsedPosteriorIsTold) {
  RunConfig config = tiny_config();
  config.objective.beta = 1000;
  config.train.epochs = 120;
  ::testing::internal::CaptureStderr();
  train_run(config, tiny_images(100), options());
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("the posterior has collapsed"), std::string::npos) << told;
  EXPECT_NE(told.find("free_bits"), std::string::npos) << told;
}

TEST_F(Training, ARunIsNotOverwritten) {
  RunConfig config = tiny_config();
  train_run(config, tiny_images(100), options());
  EXPECT_THROW(train_run(config, tiny_images(100), options()), UsageError);
}

TEST_F(Training, ResumingWithOtherSettingsIsRefusedAndChangesNothing) {
  RunConfig config = tiny_config();
  train_run(config, tiny_images(100), options());
  const std::string before = read_text_file(RunPaths(folder / "run").config());
  TrainRunOptions resumed = options();
  resumed.resume = true;
  const auto expect_refused = [&](const char* what, const auto& change, const Dataset& data) {
    RunConfig other = tiny_config();
    change(other);
    EXPECT_THROW(train_run(other, data, resumed), UsageError) << what;
    EXPECT_EQ(read_text_file(RunPaths(folder / "run").config()), before) << what;
  };
  expect_refused(
      "model", [](RunConfig& c) { c.model.latent = 3; }, tiny_images(100));
  expect_refused(
      "data", [](RunConfig& c) { c.model.likelihood = "gaussian"; }, tiny_table(100));
  expect_refused(
      "objective", [](RunConfig& c) { c.objective.beta = 4; }, tiny_images(100));
  expect_refused(
      "noise", [](RunConfig& c) { c.data.noise = 0.5; }, tiny_images(100));
  expect_refused(
      "seed", [](RunConfig& c) { c.train.seed = 5; }, tiny_images(100));
  expect_refused(
      "batch", [](RunConfig& c) { c.train.batch_size = 8; }, tiny_images(100));
  expect_refused(
      "count", [](RunConfig&) {}, tiny_images(120));
  expect_refused(
      "optimizer", [](RunConfig& c) { c.train.optimizer = "sgd"; }, tiny_images(100));
}

TEST_F(Training, ResumingForFewerEpochsTakesNothingBack) {
  RunConfig config = tiny_config();
  train_run(config, tiny_images(100), options());
  const std::string before = read_text_file(RunPaths(folder / "run").model());
  TrainRunOptions resumed = options();
  resumed.resume = true;
  config.train.epochs = 2;
  EXPECT_EQ(train_run(config, tiny_images(100), resumed).epochs, 3);
  EXPECT_EQ(read_run_config(RunPaths(folder / "run").config()).train.epochs, 3);
  EXPECT_EQ(read_text_file(RunPaths(folder / "run").model()), before);
}

TEST_F(Training, AFinishedRunKeepsItsRecord) {
  RunConfig config = tiny_config();
  train_run(config, tiny_images(100), options());
  const std::string before = read_text_file(RunPaths(folder / "run").config());
  TrainRunOptions resumed = options();
  resumed.resume = true;
  config.train.learning_rate = 0.5;
  train_run(config, tiny_images(100), resumed);
  EXPECT_EQ(read_text_file(RunPaths(folder / "run").config()), before);
}

TEST_F(Training, NamesThatAreNotUtf8AreRefused) {
  RunConfig config = tiny_config();
  Dataset data = tiny_images(100);
  data.spec = "images:a\xff";
  EXPECT_THROW(train_run(config, data, options()), DataError);
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST_F(Training, AFinishedRunWithoutCheckpointsIsNotTrainedAnew) {
  RunConfig config = tiny_config();
  train_run(config, tiny_images(100), options());
  const RunPaths paths(folder / "run");
  const std::string before = read_text_file(paths.model());
  std::filesystem::remove_all(paths.checkpoints());
  TrainRunOptions resumed = options();
  resumed.resume = true;
  EXPECT_THROW(train_run(config, tiny_images(100), resumed), FileError);
  EXPECT_EQ(read_text_file(paths.model()), before);
}

TEST_F(Training, AFolderWithOtherFilesIsNotWrittenTo) {
  std::filesystem::create_directory(folder / "run");
  write_text_file(folder / "run/README.md", "mine");
  RunConfig config = tiny_config();
  EXPECT_THROW(train_run(config, tiny_images(100), options()), UsageError);
  EXPECT_EQ(read_text_file(folder / "run/README.md"), "mine");
  EXPECT_FALSE(std::filesystem::exists(RunPaths(folder / "run").config()));
}

TEST_F(Training, AFolderIsOneProcesssAtATime) {
  std::filesystem::create_directory(folder / "run");
  RunConfig config = tiny_config();
  {
    const FolderLock other(folder / "run");
    EXPECT_THROW(train_run(config, tiny_images(100), options()), FileError);
  }
  std::filesystem::remove_all(folder / "run");
  EXPECT_NO_THROW(train_run(config, tiny_images(100), options()));
}

TEST_F(Training, ABatchIsNoLargerThanTheTrainingSet) {
  RunConfig config = tiny_config();
  config.train.batch_size = 128;
  const TrainingResult trained = train_run(config, tiny_images(50), options());
  EXPECT_EQ(config.train.batch_size, 40);
  EXPECT_EQ(trained.steps, config.train.epochs);
}

TEST_F(Training, NumbersThatTheLikelihoodDoesNotDescribeAreRefused) {
  RunConfig config = tiny_config();
  config.model.likelihood = "bernoulli";
  EXPECT_THROW(train_run(config, tiny_table(64), options()), UsageError);
  Dataset unit = tiny_table(64);
  for (float& x : unit.examples.values<float>()) x = std::abs(x) / (1 + std::abs(x));
  EXPECT_NO_THROW(train_run(config, unit, options()));
}

TEST_F(Training, SettingsThatDoNotFitTheDataLeaveNoFolder) {
  RunConfig config = tiny_config();
  config.model.name = "conditional_vae";
  EXPECT_THROW(train_run(config, tiny_table(64), options()), UsageError);
  config = tiny_config();
  config.data.binarisation = "dynamic";
  EXPECT_THROW(train_run(config, tiny_table(64), options()), UsageError);
  config = tiny_config();
  config.model.network = "conv";
  EXPECT_THROW(train_run(config, tiny_table(64), options()), UsageError);
  config = tiny_config();
  config.data.distortion = 1;
  EXPECT_THROW(train_run(config, tiny_table(64), options()), UsageError);
  config.data.binarisation = "static";
  EXPECT_THROW(train_run(config, tiny_images(64), options()), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

}  // namespace
}  // namespace elbo
