#include "elbo/train/run_checks.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/distributions/likelihood.h"

namespace elbo {
namespace {

/// Files that a run which was killed early may leave: checkpoints, and what was being written.
bool may_be_of_a_run(const std::filesystem::path& entry) {
  const std::string name = entry.filename().string();
  return name == "checkpoints" || name.find(".tmp") != std::string::npos || name.front() == '.';
}

void reject_foreign_files(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (may_be_of_a_run(entry.path())) continue;
    throw UsageError(
        "{}: holds '{}' and is no run folder; choose an empty folder, or one that isn't there yet",
        folder.string(), entry.path().filename().string());
  }
}

/// Data may have moved, but not changed.
void check_same_data(const RunPaths& paths, const RunConfig& before, const RunConfig& config) {
  if (before.data_fingerprint.empty() && before.data_spec == config.data_spec) return;
  if (before.data_fingerprint == config.data_fingerprint && before.columns == config.columns) {
    return;
  }
  if (before.data_spec != config.data_spec) {
    throw UsageError(
        "{}: the run was begun with the data {}, which {} is not; resume with the same",
        paths.config().string(), before.data_spec, config.data_spec);
  }
  throw UsageError(
      "{}: the data {} have changed since the run was begun; bring them back, or train anew into "
      "another --out",
      paths.config().string(), config.data_spec);
}

}  // namespace

void check_likelihood_fits_data(const std::string& likelihood, const Dataset& data) {
  if (!find_likelihood(likelihood).needs_unit_interval || data.examples.dtype() == DType::u8) {
    return;
  }
  const auto numbers = data.examples.values<float>();
  const auto outside =
      std::ranges::find_if(numbers, [](float x) { return !(x >= 0.0f && x <= 1.0f); });
  if (outside == numbers.end()) return;
  const std::int64_t elements = data.example.size();
  throw UsageError(
      "model.likelihood = \"{}\" describes numbers in [0, 1], but {} holds {:g} (example {}); "
      "choose \"gaussian\" (or \"student_t\" where there are outliers), or scale the data",
      likelihood, data.spec, *outside, (outside - numbers.begin()) / elements);
}

void check_settings_fit_data(const RunConfig& config, const Dataset& data) {
  const bool has_pixels = data.examples.dtype() == DType::u8;
  if (config.data.binarisation == "dynamic" && !has_pixels) {
    throw UsageError("data.binarisation = \"dynamic\" needs pixels (u8), {} holds {}", data.spec,
                     name_of(data.examples.dtype()));
  }
  if (config.data.distortion > 0 && !(has_pixels && data.example.is_image())) {
    throw UsageError("data.distortion moves the pixels of images (u8), and {} holds none",
                     data.spec);
  }
  if (config.data.distortion > 0 && config.data.binarisation == "static") {
    throw UsageError(
        "data.distortion makes grey pixels of those that were binarised once; choose "
        "data.binarisation = \"dynamic\"");
  }
  check_likelihood_fits_data(config.model.likelihood, data);
}

std::vector<SettingChange> check_run_folder(const RunPaths& paths, const RunConfig& config,
                                            bool resume) {
  if (!std::filesystem::exists(paths.config())) {
    reject_foreign_files(paths.folder);
    return {};
  }
  if (!resume) {
    throw UsageError(
        "{}: holds a run already; add --resume to continue it, or choose another --out",
        paths.folder.string());
  }
  const RunConfig before = read_run_config(paths.config());
  check_same_data(paths, before, config);
  std::vector<SettingChange> changes = setting_changes(before, config);
  for (const SettingChange& change : changes) {
    if (!change.key.starts_with("train.")) {
      throw UsageError("{}: the run was begun with {} = {}, not {}; resume with the same",
                       paths.config().string(), change.key, change.before, change.after);
    }
  }
  return changes;
}

}  // namespace elbo
