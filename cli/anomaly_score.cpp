// `elbo anomaly score RUN SPEC --out FILE.csv`: a score and a verdict for each example.
#include <fmt/format.h>

#include <algorithm>

#include "cli/experiment.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/score_list.h"
#include "elbo/base/file.h"
#include "elbo/experiments/calibration.h"
#include "elbo/train/run_folder.h"

namespace elbo::cli {
namespace {

/// In quotes, which are doubled inside of them, where it must be (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

/// What decides without the user's word: the score for anomalies that may be of any kind, where the
/// calibration has it.
std::string usual_judge(const AnomalyCalibration& calibration) {
  return calibration.thresholds.contains("combined") ? "combined" : "negative_elbo";
}

class AnomalyScore : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a calibrated run folder");
    arguments.positional("SPEC", &spec_, "the data to judge");
    arguments.option("--out FILE.csv", &out_, "one line an example", {}, Need::required);
    arguments.option("--score NAME", &score_,
                     "which score decides; combined, where it was calibrated",
                     one_of(anomaly_score_names()));
    arguments.option("--scores LIST", &scores_,
                     "columns of the file beside the deciding one: " + score_list_help());
    arguments.example("elbo anomaly score runs/parts images:new-parts --out scores.csv");
  }

  Result run(const CommonOptions& common) override {
    check_output_file(out_, spec_);
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    const AnomalyCalibration calibration =
        read_calibration(RunPaths(run_).results() / "calibration.json");
    const Dataset data = load_dataset_for(loaded, spec_, common.data());
    if (score_.empty()) score_ = usual_judge(calibration);
    const double threshold = calibration.threshold(score_);
    const std::vector<std::string> names =
        parse_score_list(scores_ + "," + score_, loaded.vae.model(), calibration.usual_scores());
    const AnomalyScores scores = anomaly_scores(loaded.vae, data, {.names = names}, calibration);
    const std::vector<double>& chosen = scores.at(score_);
    std::string csv = data.files.empty() ? "index" : "index,file";
    for (const auto& [name, values] : scores) csv += "," + name;
    csv += ",anomalous\n";
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      csv += std::to_string(i);
      if (!data.files.empty()) csv += "," + csv_field(data.files[i]);
      for (const auto& [name, values] : scores) csv += fmt::format(",{:.9g}", values[i]);
      csv += chosen[i] > threshold ? ",1\n" : ",0\n";
    }
    write_text_file(out_, csv);
    const auto alarms = std::count_if(chosen.begin(), chosen.end(),
                                      [&](double score) { return score > threshold; });
    Result result;
    result.json = {{"run", run_},     {"data", data.spec},      {"count", data.count()},
                   {"score", score_}, {"threshold", threshold}, {"anomalous", alarms},
                   {"out", out_}};
    Table table({});
    table.add({"examples", std::to_string(data.count())});
    table.add({"anomalous", fmt::format("{} ({:.3g} %)", alarms,
                                        100.0 * static_cast<double>(alarms) /
                                            static_cast<double>(data.count()))});
    table.add({"by", fmt::format("{} above {:.6g}", score_, threshold)});
    table.add({"written to", out_});
    result.text = table.text();
    return result;
  }

 private:
  std::string run_, spec_, out_, score_, scores_ = "usual";
};

}  // namespace

std::unique_ptr<Command> make_anomaly_score() {
  return std::make_unique<AnomalyScore>();
}

}  // namespace elbo::cli
