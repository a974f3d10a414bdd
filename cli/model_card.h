// README.md of a run folder, written once the run has finished.
#pragma once

#include <filesystem>

namespace elbo::cli {

/// Reads back config.json and metrics.jsonl and writes RUN/README.md beside them. The numbers are
/// those of the epoch whose weights were kept. Throws FileError.
void write_model_card(const std::filesystem::path& run);

}  // namespace elbo::cli
