// Trains a VAE on a data set and leaves a run folder.
#pragma once

#include <filesystem>
#include <optional>

#include "elbo/data/dataset.h"
#include "elbo/data/split.h"
#include "elbo/train/run_config.h"
#include "elbo/train/trainer.h"

namespace elbo {

struct TrainRunOptions {
  std::filesystem::path folder;
  int threads = 1;
  /// Continue from the folder's checkpoint if there is one.
  bool resume = false;
  /// Say where it continues. Not of interest where one process trains a model in several goes.
  bool announce_resume = true;
  TrainingCallbacks callbacks;
};

/// Which examples a run with these settings trains on and which it holds out for validation: none
/// where data.validation is 0. Throws UsageError when either side would be empty otherwise.
Split run_split(const Dataset& data, const RunConfig& config);

/// The data as a run with data.binarisation = "static" sees it: pixels that were drawn once and for
/// all. Nothing for other runs, which see the data as it is.
std::optional<Dataset> static_bits(const RunConfig& config, const Dataset& data);

/// Floating-point operations of training it to its last epoch, about. Throws UsageError as
/// building a model does.
double training_flops(const RunConfig& config, const Dataset& data);

/// Fills config.data_spec, shape, class_names and version from the data. Throws as Trainer::run,
/// and UsageError when the folder holds a finished or begun run and resume is not asked for.
TrainingResult train_run(RunConfig& config, const Dataset& data, const TrainRunOptions& options);

}  // namespace elbo
