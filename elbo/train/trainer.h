// The training loop: batches in an order that depends only on the seed, gradients, one flat update;
// validation, early stopping, checkpoints, progress. It knows nothing of models: it minimises a
// scalar and reports terms.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "elbo/data/split.h"
#include "elbo/feed/batches.h"
#include "elbo/graph/parameters.h"
#include "elbo/train/settings.h"

namespace elbo {

/// Values an example (N), by the name that metrics give their means.
using NamedTerms = std::vector<std::pair<std::string, Value>>;

/// What is to be trained.
struct TrainingProblem {
  Graph& graph;
  const Dataset& data;
  Split split;
  /// Of the training images, anew for each epoch (distorted_examples.h); 0: they stay as they are.
  double distortion = 0;
  /// A scalar. May use the input "warmup" (): it grows from 0 to 1 over warmup_epochs.
  Value loss;
  NamedTerms train_terms;
  NamedTerms validation_terms;
  std::int64_t warmup_epochs = 0;
  /// The warm-up happens this often, at equal distances; without warmup_epochs each takes half of
  /// its cycle. Fu et al. 2019, "Cyclical annealing schedule", eq. 6.
  std::int64_t warmup_cycles = 1;
  /// The validation term that decides which weights are best: the larger the better.
  std::string monitored;
};

/// Means over one pass, by name.
using TermMeans = std::vector<std::pair<std::string, double>>;

struct EpochReport {
  std::int64_t epoch = 0;  // from 1
  std::int64_t epochs = 0;
  std::int64_t step = 0;
  double seconds = 0;  // since training began, earlier runs that were resumed included
  double learning_rate = 0;
  double examples_per_second = 0;
  TermMeans train;
  TermMeans validation;  // empty when this epoch had none
  /// Steps of this epoch whose loss or gradient was not finite or whose gradient was a spike, and
  /// which changed nothing.
  std::int64_t skipped_steps = 0;
  bool is_best = false;
};

/// What happens between epochs and steps is the caller's: printing, files.
struct TrainingCallbacks {
  std::function<void(const EpochReport&)> on_epoch;
  /// done: share of the epoch; called a few times a second.
  std::function<void(std::int64_t epoch, double done, double examples_per_second,
                     double seconds_left, const TermMeans& so_far)>
      on_progress;
  /// Asked before each step, beside interrupted(); true: save and throw Interrupted.
  std::function<bool()> should_stop = {};
};

struct TrainingResult {
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
  double seconds = 0;
  /// Those of `seconds` that an earlier process spent, which was then resumed.
  double seconds_before = 0;
  double examples_per_second = 0;
  /// From the start of the process to the end of the first step.
  double seconds_to_first_step = 0;
  std::int64_t best_epoch = 0;
  double best_monitored = 0;
};

class Trainer {
 public:
  /// checkpoints: a folder, or empty for none.
  Trainer(TrainingProblem problem, const TrainSettings& settings, int threads,
          std::filesystem::path checkpoints);
  ~Trainer();

  /// Continues from the newest good checkpoint; returns the whole epochs that are done, or nothing
  /// when there is no checkpoint. Throws UsageError when the checkpoints belong to another model or
  /// other settings, FileError when there are some and none is whole.
  std::optional<std::int64_t> resume();

  /// Forgets that the learning rate was lowered when training went back to a good state.
  void use_whole_learning_rate();

  /// Trains to the end. A step whose loss or gradient isn't finite, or whose gradient is a spike,
  /// is skipped and counted; several in a row go back to the last good state (step_guard.h). Throws
  /// Interrupted after saving when the user asked to stop, NumericalError, which names the tensor
  /// and the step, when going back doesn't help.
  TrainingResult run(const TrainingCallbacks& callbacks);

  /// The weights to keep: the best by the monitored term. The layout's flat buffer.
  std::span<const float> best_parameters() const;
  const ParameterLayout& layout() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace elbo
