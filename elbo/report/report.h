// From a study folder to its figures and its page. No model is loaded: results/, summary.json and
// the training logs are all that is read (docs/formats/results.md).
#pragma once

#include <filesystem>

namespace elbo {

/// Draws every figure that the results allow into study_dir/figures and writes
/// study_dir/report.html, which holds them all. What is missing is left out; without gnuplot the
/// plots are. Throws FileError for a damaged file or a folder that can't be written to.
void write_report(const std::filesystem::path& study_dir);

}  // namespace elbo
