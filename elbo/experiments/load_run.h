// From a run folder back to a model that can be used.
#pragma once

#include <filesystem>

#include "elbo/data/source.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/train/run_config.h"

namespace elbo {

struct LoadedRun {
  RunConfig config;
  FittedVae vae;
};

/// Where the parameters of a model live in a flat buffer, and their names.
ParameterLayout parameters_of(const Vae& model);

/// Throws FileError, naming the file, when one is missing, damaged, or doesn't fit the others.
LoadedRun load_run(const std::filesystem::path& folder, int threads);

/// The examples that a run with these settings doesn't train on, which it may be calibrated with.
Dataset held_out_examples(const RunConfig& config, const Dataset& data);

/// Those of a run, from the data that it was trained on, read anew. Throws as load_dataset, and
/// UsageError when none were held out or the data aren't what they were.
Dataset load_held_out(const LoadedRun& run, DataOptions options);

/// A data set for the run's model, as it is to see it (static_bits). A conditional model knows
/// classes by their names: labels are numbered as in the data that it was trained on. Throws as
/// load_dataset, and UsageError for a class that the model doesn't know.
Dataset load_dataset_for(const LoadedRun& run, const std::string& spec, const DataOptions& options);

}  // namespace elbo
