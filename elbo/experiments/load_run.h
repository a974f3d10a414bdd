// From a run folder back to a model that can be used.
#pragma once

#include <filesystem>

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

}  // namespace elbo
