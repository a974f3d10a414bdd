// `elbo anomaly one-class SPEC --out DIR`: each class in turn is normal, all others are anomalies.
#include <fmt/format.h>

#include "cli/experiment.h"
#include "cli/model_card.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/score_list.h"
#include "cli/settings_arguments.h"
#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/data/spec.h"
#include "elbo/experiments/one_class.h"

namespace elbo::cli {
namespace {

/// The test part of a set that has one.
std::string test_part_of(const std::string& text) {
  DataSpec spec = parse_data_spec(text);
  if (!spec.files.empty() || spec.split == "test") {
    throw UsageError("{}: there is no test part beside it; add --test SPEC", text);
  }
  spec.split = "test";
  return to_string(spec);
}

std::string area_of(const nlohmann::json& scores, const std::string& name) {
  for (const auto& score : scores) {
    if (score["name"] == name) return fmt::format("{:.4f}", score["auroc"].get<double>());
  }
  return "";
}

/// A row a class and their mean, a column a score, the chosen one first.
std::string area_table(const nlohmann::json& report) {
  std::vector<std::string> titles{"normal class", report["chosen"].get<std::string>()};
  for (const auto& score : report["scores"]) {
    if (score["name"] != report["chosen"]) titles.push_back(score["name"]);
  }
  Table table(titles);
  const auto add = [&](const std::string& name, const nlohmann::json& scores) {
    std::vector<std::string> row{name};
    for (std::size_t i = 1; i < titles.size(); ++i) row.push_back(area_of(scores, titles[i]));
    table.add(row);
  };
  for (std::size_t i = 1; i < titles.size(); ++i) table.align(i, Table::Align::right);
  for (const auto& each : report["classes"]) add(each["class"], each["scores"]);
  add("mean", report["scores"]);
  return table.text();
}

class AnomalyOneClass : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("SPEC", &spec_, "training data with classes: mnist, images:DIR, ...");
    arguments.option("--out DIR", &out_, "the folder for models, results and report.html", {},
                     Need::required);
    arguments.option("--test SPEC", &test_, "test data; without it the test part of SPEC");
    settings_.declare(arguments);
    arguments.option("--score NAME", &score_, "the score of the figure and the headline number",
                     one_of(anomaly_score_names()));
    arguments.option("--scores LIST", &scores_, score_list_help());
    arguments.example("elbo anomaly one-class mnist --out one-class --preset study-anomaly");
  }

  Result run(const CommonOptions& common) override {
    OneClassOptions options;
    options.config = settings_.resolve(common);
    const std::string test_spec = test_.empty() ? test_part_of(spec_) : test_;
    const Dataset train = load_dataset(spec_, common.data());
    const Dataset test = load_dataset(test_spec, common.data());
    options.folder = out_;
    options.threads = static_cast<int>(common.threads);
    options.settings.seed = static_cast<std::uint64_t>(options.config.train.seed);
    const Vae model(options.config.model, shape_of(train));
    options.scores = parse_score_list(scores_, model, usual_score_names(model));
    options.chosen = score_;
    options.callbacks = [&](const std::string& name) {
      return training_progress(common.quiet, "class " + name);
    };
    options.on_stage = [](const std::string& line) { logging::info("{}", line); };
    const nlohmann::json report = run_one_class(train, test, options);
    for (const auto& each : report["classes"]) {
      write_model_card(std::filesystem::path(out_) / each["run"].get<std::string>());
    }
    Result result = finish_experiment(out_, report, {});
    result.text = "AUROC, each class against all others of " + test.spec + "\n\n" +
                  area_table(report) + "\n" + result.text;
    return result;
  }

 private:
  std::string spec_, out_, test_, score_ = "combined", scores_ = "usual";
  SettingsArguments settings_;
};

}  // namespace

std::unique_ptr<Command> make_anomaly_one_class() {
  return std::make_unique<AnomalyOneClass>();
}

}  // namespace elbo::cli
