// What a person sees while models train: on a terminal one line that is redrawn, which trainings at
// the same time share; a line an epoch elsewhere. All of it on standard error.
#pragma once

#include <string>

#include "elbo/train/trainer.h"

namespace elbo::cli {

/// Callbacks that show it; none when quiet. `label`: what is being trained, put before each line;
/// may be empty. They may be called from any thread.
TrainingCallbacks training_progress(bool quiet, const std::string& label = {});

/// "1:02:03", "4:05", "12 s".
std::string format_duration(double seconds);

}  // namespace elbo::cli
