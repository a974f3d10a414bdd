// A class on the command line: its name, or its number.
#pragma once

#include <cstdint>
#include <string>

#include "elbo/train/run_config.h"

namespace elbo::cli {

/// The class of the run's data that `word` names, or whose number it is. Throws UsageError, which
/// lists the classes, when there is none.
std::int32_t find_class(const RunConfig& config, const std::string& word);

}  // namespace elbo::cli
