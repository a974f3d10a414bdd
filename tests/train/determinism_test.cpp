// A run is a function of its settings and its data: repeated, interrupted and resumed, or on other
// numbers of threads, it gives the same weights.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/interrupt.h"
#include "elbo/train/run_folder.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

using testing::tiny_config;
using testing::tiny_images;
using testing::weights_of;

class Determinism : public ::testing::Test {
 protected:
  void TearDown() override { set_interrupted(false); }

  TrainingResult train(const std::string& name, RunConfig config, TrainRunOptions options = {}) {
    options.folder = folder / name;
    return train_run(config, data, options);
  }

  /// Trains until `stop_at` epochs are done, then once more to the end.
  void train_interrupted(const std::string& name, const RunConfig& config, int stop_at) {
    int calls = 0;
    TrainRunOptions options;
    options.callbacks.on_epoch = [&](const EpochReport&) {
      if (++calls == stop_at) set_interrupted(true);
    };
    EXPECT_THROW(train(name, config, options), Interrupted);
    EXPECT_FALSE(std::filesystem::exists(RunPaths(folder / name).model()));
    set_interrupted(false);
    train(name, config, {.folder = {}, .resume = true, .callbacks = {}});
  }

  /// The epochs' terms, without what is timed.
  std::vector<nlohmann::json> metrics(const std::string& name) const {
    std::vector<nlohmann::json> lines;
    std::istringstream file(read_text_file(RunPaths(folder / name).metrics()));
    for (std::string line; std::getline(file, line);) {
      nlohmann::json object = nlohmann::json::parse(line);
      object.erase("seconds");
      object.erase("examples_per_second");
      lines.push_back(std::move(object));
    }
    return lines;
  }

  const TemporaryFolder folder{memory_folder()};
  const Dataset data = tiny_images(100);
};

TEST_F(Determinism, TheSameSeedGivesTheSameWeights) {
  for (const int threads : {1, 2}) {
    const std::string name = std::to_string(threads);
    TrainRunOptions options;
    options.threads = threads;
    train("first" + name, tiny_config(), options);
    train("second" + name, tiny_config(), options);
    EXPECT_EQ(weights_of(folder / ("first" + name)), weights_of(folder / ("second" + name)));
    EXPECT_EQ(metrics("first" + name), metrics("second" + name));
  }
  RunConfig other = tiny_config();
  other.train.seed = 2;
  train("other", other);
  EXPECT_NE(weights_of(folder / "first1"), weights_of(folder / "other"));
}

TEST_F(Determinism, TheNumberOfThreadsChangesNothing) {
  for (const std::string network : {"mlp", "conv"}) {
    RunConfig config = tiny_config();
    config.model.network = network;
    config.model.channels = {8, 16};
    const auto run = [&](int threads) {
      TrainRunOptions options;
      options.threads = threads;
      const std::string name = network + std::to_string(threads);
      train(name, config, options);
      return weights_of(folder / name);
    };
    const auto one = run(1);
    for (const int threads : {2, 3}) EXPECT_EQ(run(threads), one) << network << ", " << threads;
  }
}

TEST_F(Determinism, AResumedRunIsTheUninterruptedRun) {
  const RunConfig config = tiny_config();
  train("whole", config);
  for (const int stop_at : {1, 2}) {
    const std::string name = "stopped" + std::to_string(stop_at);
    train_interrupted(name, config, stop_at);
    EXPECT_EQ(weights_of(folder / name), weights_of(folder / "whole"));
    EXPECT_EQ(metrics(name), metrics("whole"));
  }
}

TEST_F(Determinism, EverySettingSurvivesAnInterruption) {
  std::vector<std::pair<std::string, std::function<void(RunConfig&)>>> changes = {
      {"average", [](RunConfig& c) { c.train.average_decay = 0.9; }},
      {"sgd",
       [](RunConfig& c) {
         c.train.optimizer = "sgd";
         c.train.learning_rate = 1e-3;
       }},
      {"adamw",
       [](RunConfig& c) {
         c.train.optimizer = "adamw";
         c.train.weight_decay = 0.1;
       }},
      {"clip", [](RunConfig& c) { c.train.clip_norm = 0.5; }},
      {"cosine",
       [](RunConfig& c) {
         c.train.schedule = "cosine";
         c.train.warmup_steps = 4;
       }},
      {"warmup", [](RunConfig& c) { c.objective.warmup_epochs = 2; }},
      {"dynamic", [](RunConfig& c) { c.data.binarisation = "dynamic"; }},
      {"static", [](RunConfig& c) { c.data.binarisation = "static"; }},
      {"noise", [](RunConfig& c) { c.data.noise = 0.1; }},
      {"distortion", [](RunConfig& c) { c.data.distortion = 1; }},
      {"conditional", [](RunConfig& c) { c.model.name = "conditional_vae"; }},
      {"gaussian", [](RunConfig& c) { c.model.likelihood = "gaussian"; }},
      {"conv",
       [](RunConfig& c) {
         c.model.network = "conv";
         c.model.channels = {4};
       }},
      {"unvalidated", [](RunConfig& c) { c.data.validation = 0; }},
      {"uneven",
       [](RunConfig& c) {
         c.train.batch_size = 7;
         c.train.validate_every = 2;
       }},
  };
  for (const auto& [name, change] : changes) {
    SCOPED_TRACE(name);
    RunConfig config = tiny_config();
    change(config);
    train(name + "-whole", config);
    train_interrupted(name, config, 1);
    EXPECT_EQ(weights_of(folder / name), weights_of(folder / (name + "-whole")));
    EXPECT_EQ(metrics(name), metrics(name + "-whole"));
  }
}

TEST_F(Determinism, AnEarlyStoppedRunStaysStopped) {
  RunConfig config = tiny_config();
  config.train.epochs = 40;
  config.train.patience = 2;
  config.train.learning_rate = 0.3;  // overshoots, so that validation soon gets worse
  const TrainingResult first = train("run", config);
  ASSERT_LT(first.epochs, 40);
  const auto weights = weights_of(folder / "run");
  const TrainingResult again =
      train("run", config, {.folder = {}, .resume = true, .callbacks = {}});
  EXPECT_EQ(again.epochs, first.epochs);
  EXPECT_EQ(again.best_epoch, first.best_epoch);
  EXPECT_EQ(weights_of(folder / "run"), weights);
}

TEST_F(Determinism, ARunThatUsedItsTimeStaysStopped) {
  RunConfig config = tiny_config();
  config.train.epochs = 1000000;
  config.train.seconds = 0.02;
  const TrainingResult first = train("run", config);
  const auto weights = weights_of(folder / "run");
  const TrainingResult again =
      train("run", config, {.folder = {}, .resume = true, .callbacks = {}});
  EXPECT_EQ(again.epochs, first.epochs);
  EXPECT_EQ(weights_of(folder / "run"), weights);
}

TEST_F(Determinism, AFinishedRunResumesToItself) {
  const TrainingResult first = train("run", tiny_config());
  const auto weights = weights_of(folder / "run");
  const TrainingResult again =
      train("run", tiny_config(), {.folder = {}, .resume = true, .callbacks = {}});
  EXPECT_EQ(again.steps, first.steps);
  EXPECT_EQ(weights_of(folder / "run"), weights);
  EXPECT_EQ(metrics("run").size(), 3U);
}

}  // namespace
}  // namespace elbo
