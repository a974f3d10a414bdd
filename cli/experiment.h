// What the verbs of single experiments share: a run, data, a folder for results and figures.
#pragma once

#include <string>

#include "cli/command.h"
#include "elbo/experiments/load_run.h"
#include "elbo/experiments/result_folder.h"

namespace elbo::cli {

/// RUN, SPEC and --out DIR.
class ExperimentArguments {
 public:
  void declare(Arguments& arguments, const std::string& spec_help);
  LoadedRun load(const CommonOptions& common) const;
  /// SPEC, for the run's model.
  Dataset data(const LoadedRun& run, const CommonOptions& common) const;
  ResultFolder results() const { return ResultFolder(out_); }
  const std::string& out() const { return out_; }

 private:
  std::string run_, spec_, out_;
};

std::uint64_t seed_of(const CommonOptions& common);

/// Draws the figures of what lies in `out` and says where they are: numbers first, then files.
/// numbers: names of entries of `report` that are shown to people.
Result finish_experiment(const std::string& out, const nlohmann::json& report,
                         const std::vector<std::string>& numbers);

}  // namespace elbo::cli
