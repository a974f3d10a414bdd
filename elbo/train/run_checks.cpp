#include "elbo/train/run_checks.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/log.h"
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

}  // namespace

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
  if (!find_likelihood(config.model.likelihood).needs_unit_interval || has_pixels) return;
  const auto numbers = data.examples.values<float>();
  const auto outside =
      std::ranges::find_if(numbers, [](float x) { return !(x >= 0.0f && x <= 1.0f); });
  if (outside == numbers.end()) return;
  const std::int64_t elements = data.example.size();
  throw UsageError(
      "model.likelihood = \"{}\" describes numbers in [0, 1], but {} holds {:g} (example {}); "
      "choose \"gaussian\" (or \"student_t\" where there are outliers), or scale the data",
      config.model.likelihood, data.spec, *outside, (outside - numbers.begin()) / elements);
}

void check_run_folder(const RunPaths& paths, const RunConfig& config, bool resume) {
  if (!std::filesystem::exists(paths.config())) return reject_foreign_files(paths.folder);
  if (!resume) {
    throw UsageError(
        "{}: holds a run already; add --resume to continue it, or choose another --out",
        paths.folder.string());
  }
  const RunConfig before = read_run_config(paths.config());
  if (before.data_spec != config.data_spec) {
    throw UsageError("{}: the run was begun with the data {}, not {}; resume with the same",
                     paths.config().string(), before.data_spec, config.data_spec);
  }
  for (const SettingChange& change : setting_changes(before, config)) {
    if (!change.key.starts_with("train.")) {
      throw UsageError("{}: the run was begun with {} = {}, not {}; resume with the same",
                       paths.config().string(), change.key, change.before, change.after);
    }
    logging::info("{} is {} from here on; it was {}", change.key, change.after, change.before);
  }
}

}  // namespace elbo
