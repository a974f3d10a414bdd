#include "cli/experiment.h"

#include <fmt/format.h>

#include "cli/output.h"
#include "elbo/report/report.h"

namespace elbo::cli {

void ExperimentArguments::declare(Arguments& arguments, const std::string& spec_help) {
  arguments.positional("RUN", &run_, "a run folder, made by 'elbo train'");
  arguments.positional("SPEC", &spec_, spec_help);
  arguments.option("--out DIR", &out_, "the folder for results, figures and report.html", {},
                   Need::required);
}

LoadedRun ExperimentArguments::load(const CommonOptions& common) const {
  return load_run(run_, static_cast<int>(common.threads));
}

Dataset ExperimentArguments::data(const LoadedRun& run, const CommonOptions& common) const {
  return load_dataset_for(run, spec_, common.data());
}

std::uint64_t seed_of(const CommonOptions& common) {
  return static_cast<std::uint64_t>(common.seed.value_or(1));
}

Result finish_experiment(const std::string& out, const nlohmann::json& report,
                         const std::vector<std::string>& numbers) {
  write_report(out);
  Result result;
  result.json = report;
  result.json["out"] = out;
  Table table({});
  for (const std::string& name : numbers) {
    if (!report.contains(name)) continue;
    const nlohmann::json& value = report[name];
    table.add({name, value.is_number_float() ? fmt::format("{:.6g}", value.get<double>())
                                             : value.dump()});
  }
  table.add({"report", out + "/report.html"});
  result.text = table.text();
  return result;
}

}  // namespace elbo::cli
