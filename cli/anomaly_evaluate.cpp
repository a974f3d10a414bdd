// `elbo anomaly evaluate RUN --normal SPEC --anomalous SPEC...`: how well the scores tell them
// apart.
#include <fmt/format.h>

#include "cli/experiment.h"
#include "cli/output.h"
#include "cli/score_list.h"
#include "elbo/evaluate/detection.h"
#include "elbo/experiments/calibration.h"
#include "elbo/train/run_folder.h"

namespace elbo::cli {
namespace {

class AnomalyEvaluate : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a calibrated run folder");
    arguments.option("--normal SPEC", &normal_, "normal data, not seen before", {}, Need::required);
    arguments.option("--anomalous SPEC", &anomalous_, "anomalous data; repeat for more", {},
                     Need::required);
    arguments.option("--scores LIST", &scores_, score_list_help());
    arguments.example(
        "elbo anomaly evaluate runs/first --normal mnist:test --anomalous fashion-mnist:test");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    const AnomalyCalibration calibration =
        read_calibration(RunPaths(run_).results() / "calibration.json");
    const Dataset normal = load_dataset_for(loaded, normal_, common.data());
    const ScoreRequest request{
        .names = parse_score_list(scores_, loaded.vae.model(), calibration.usual_scores())};
    // Before hours of scoring: a score without a threshold.
    for (const std::string& name : request.names) calibration.threshold(name);
    const AnomalyScores of_normal = anomaly_scores(loaded.vae, normal, request, calibration);
    Result result;
    result.json = {{"run", run_}, {"normal", normal.spec}, {"results", nlohmann::json::array()}};
    Table table({"anomalous", "score", "AUROC", "AUPR", "normal accepted", "anomalous accepted"});
    for (const std::string& spec : anomalous_) {
      const Dataset anomalous = load_dataset(spec, common.data());
      const AnomalyScores of_anomalous =
          anomaly_scores(loaded.vae, anomalous, request, calibration);
      nlohmann::json scores = nlohmann::json::array();
      for (const auto& [name, values] : of_normal) {
        const std::vector<double>& others = of_anomalous.at(name);
        const double threshold = calibration.threshold(name);
        const double area = auroc(values, others), precision = average_precision(values, others);
        const double accepted = share_accepted(values, threshold);
        const double false_accepted = share_accepted(others, threshold);
        scores.push_back({{"name", name},
                          {"auroc", area},
                          {"aupr", precision},
                          {"accept_rate", accepted},
                          {"false_accept_rate", false_accepted}});
        table.add({anomalous.spec, name, fmt::format("{:.5f}", area),
                   fmt::format("{:.5f}", precision), fmt::format("{:.3f} %", 100 * accepted),
                   fmt::format("{:.3f} %", 100 * false_accepted)});
      }
      result.json["results"].push_back({{"anomalous", anomalous.spec}, {"scores", scores}});
    }
    result.text = table.text();
    return result;
  }

 private:
  std::string run_, normal_, scores_ = "usual";
  std::vector<std::string> anomalous_;
};

}  // namespace

std::unique_ptr<Command> make_anomaly_evaluate() {
  return std::make_unique<AnomalyEvaluate>();
}

}  // namespace elbo::cli
