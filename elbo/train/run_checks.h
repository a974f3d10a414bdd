// What is made sure of before a run's folder is touched.
#pragma once

#include <string>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/train/run_config.h"
#include "elbo/train/run_folder.h"

namespace elbo {

/// Throws UsageError for numbers outside of what the likelihood of that name describes.
void check_likelihood_fits_data(const std::string& likelihood, const Dataset& data);

/// Throws UsageError, which says what to do, when the settings ask for what the data can't give:
/// pixels that aren't there, numbers outside of what the likelihood describes.
void check_settings_fit_data(const RunConfig& config, const Dataset& data);

/// Throws UsageError when the folder holds a run and `resume` is not asked for, when the run there
/// was begun with other data, model or objective, or when the folder holds files that aren't a
/// run's. Settings of training may change; returns those that do.
std::vector<SettingChange> check_run_folder(const RunPaths& paths, const RunConfig& config,
                                            bool resume);

}  // namespace elbo
