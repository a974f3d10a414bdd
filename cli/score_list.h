// The option --scores LIST of the verbs on anomalies.
#pragma once

#include <string>
#include <vector>

#include "elbo/experiments/load_run.h"

namespace elbo::cli {

/// "a,b": those names, each once. "usual": `usual`. "all": every score that the model can have.
/// Throws UsageError, with the nearest name, for others.
std::vector<std::string> parse_score_list(const std::string& text, const Vae& model,
                                          const std::vector<std::string>& usual);

/// For help: "usual, all, or names separated by commas: ...".
std::string score_list_help();

}  // namespace elbo::cli
