// A short training run as a process of its own, for what can't be seen from inside: how long it
// takes from its start to the first step, and how much memory it uses at most.
#pragma once

#include <string>

#include "cli/command.h"

namespace elbo::cli {

struct ProcessCosts {
  double seconds_to_first_step = 0;
  double peak_memory_mib = 0;
};

/// Trains the bench's "mlp" model for one epoch on `spec`. Throws FileError when it can't be run,
/// with the process's own message.
ProcessCosts measure_process(const std::string& spec, const CommonOptions& common,
                             const std::string& precision);

}  // namespace elbo::cli
