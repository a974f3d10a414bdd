// The README.md of a run folder, a model card: what the model is, what it was trained on, how good
// it is, how to use it, what it can't do.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace elbo {

/// Markdown. config: the run's config.json, every entry optional, and beside its own entries
/// "preset" (a name for the title) and "parameters" (their number).
/// final_metrics: the last epoch's object of metrics.jsonl, or numbers by name.
/// Throws FileError when a known entry has another type than it should.
std::string model_card(const nlohmann::json& config, const nlohmann::json& final_metrics);

}  // namespace elbo
