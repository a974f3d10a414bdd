// `elbo anomaly calibrate RUN [SPEC]`: sets the thresholds from normal data that training has not
// seen.
#include <fmt/format.h>

#include "cli/experiment.h"
#include "cli/output.h"
#include "cli/score_list.h"
#include "elbo/base/file.h"
#include "elbo/base/log.h"
#include "elbo/experiments/calibration.h"
#include "elbo/train/run_folder.h"

namespace elbo::cli {
namespace {

class AnomalyCalibrate : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder, trained on normal data");
    arguments.positional("SPEC", &spec_,
                         "normal data that training has not seen; without it, what training held "
                         "out for validation",
                         Need::optional);
    arguments.option("--false-alarm-rate R", &rate_, "share of normal examples that may be flagged",
                     in_range(1e-6, 0.5));
    arguments.option("--scores LIST", &scores_, score_list_help());
    arguments.option("--importance-samples K", &settings_.importance_samples,
                     "samples of importance_bound", in_range(1, 100000));
    arguments.option("--regret-steps N", &settings_.regret_steps,
                     "steps of likelihood_regret's search", in_range(1, 100000));
    arguments.example("elbo anomaly calibrate runs/parts");
    arguments.example(
        "elbo anomaly calibrate runs/parts images:more-good-parts --false-alarm-rate 0.01");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    const Dataset data = spec_.empty() ? load_held_out(loaded, common.data())
                                       : load_dataset_for(loaded, spec_, common.data());
    if (data.spec == loaded.config.data_spec) {
      logging::warning(
          "{} is what the model was trained on: it knows these examples, new ones score higher, "
          "and more than the promised rate of them will be false alarms; calibrate on others, or "
          "leave SPEC out: then it is on what training held out",
          data.spec);
    }
    settings_.seed = seed_of(common);
    const Vae& model = loaded.vae.model();
    const AnomalyCalibration calibration = calibrate(
        loaded.vae, data,
        {.false_alarm_rate = rate_,
         .settings = settings_,
         .scores = {.names = parse_score_list(scores_, model, usual_score_names(model))}});
    const RunPaths paths(run_);
    make_directory(paths.results());
    write_calibration(paths.results() / "calibration.json", calibration);
    Result result;
    result.json = {{"run", run_},
                   {"data", data.spec},
                   {"count", calibration.count},
                   {"false_alarm_rate", rate_},
                   {"thresholds", calibration.thresholds}};
    Table table({"score", "threshold", "", "what it measures"});
    table.align(1, Table::Align::right);
    for (const auto& [name, threshold] : calibration.thresholds) {
      const AnomalyScore& kind = find_anomaly_score(name);
      table.add({name, fmt::format("{:.6g}", threshold), kind.unit, kind.description});
    }
    result.text =
        table.text() + fmt::format("\nfrom {} examples, at most {:g} % false alarms on average\n",
                                   calibration.count, 100 * rate_);
    return result;
  }

 private:
  std::string run_, spec_, scores_ = "usual";
  double rate_ = 0.01;
  ScoreSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_anomaly_calibrate() {
  return std::make_unique<AnomalyCalibrate>();
}

}  // namespace elbo::cli
