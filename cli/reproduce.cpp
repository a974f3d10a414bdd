// `elbo reproduce --out DIR [--study NAME]`: a whole study, from nothing to a report.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/model_card.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "elbo/base/log.h"
#include "elbo/experiments/budget.h"
#include "elbo/experiments/studies.h"
#include "elbo/report/report.h"

namespace elbo::cli {
namespace {

std::vector<std::string> study_names() {
  std::vector<std::string> names;
  for (const StudyKind& kind : study_kinds()) names.push_back(kind.name);
  return names;
}

const StudyKind& find_study(const std::string& name) {
  const auto& kinds = study_kinds();
  return *std::ranges::find(kinds, name, &StudyKind::name);
}

/// The summary's numbers as a table for people; what is absent is left out.
std::string summary_table(const nlohmann::json& summary) {
  Table table({});
  for (const auto& bound : summary.value("lower_bound", nlohmann::json::array())) {
    table.add({fmt::format("lower bound, {} latents", bound["latent"].get<std::int64_t>()),
               fmt::format("{:.2f} nats (train {:.2f})", bound["test_elbo_nats"].get<double>(),
                           bound["train_elbo_nats"].get<double>())});
  }
  const auto add = [&](const char* what, const char* pointer, const char* format, double scale) {
    const nlohmann::json::json_pointer place(pointer);
    if (!summary.contains(place) || !summary[place].is_number()) return;
    table.add({what, fmt::format(fmt::runtime(format), scale * summary[place].get<double>())});
  };
  add("reconstruction MSE, 32 latents", "/reconstruction/mse", "{:.5f}", 1);
  add("reconstruction MSE, 2 latents", "/latent/mse", "{:.5f}", 1);
  add("the same, codes searched for", "/latent/searched_mse", "{:.5f}", 1);
  add("5-NN accuracy in the latent map", "/latent/knn5_accuracy", "{:.2f} %", 100);
  for (const auto& point :
       summary.value("/robustness/curve"_json_pointer, nlohmann::json::array())) {
    const double sigma = point["sigma"].get<double>();
    if (sigma != 0.25 && sigma != 0.5) continue;
    table.add({fmt::format("MSE to the clean image, noise {:g}", sigma),
               fmt::format("{:.5f}", point["mse"].get<double>())});
  }
  add("normal accepted", "/anomaly/accept_rate", "{:.2f} %", 100);
  add("anomalous accepted", "/anomaly/false_accept_rate", "{:.2f} %", 100);
  add("anomaly AUROC", "/anomaly/auroc", "{:.5f}", 1);
  add("samples that show the asked class", "/conditional/label_accuracy", "{:.2f} %", 100);
  add("the judge on test images", "/conditional/classifier_test_accuracy", "{:.2f} %", 100);
  add("time", "/seconds", "{:.0f} s", 1);
  return table.text();
}

class Reproduce : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.option("--out DIR", &out_, "the folder of the study", {}, Need::required);
    arguments.option("--budget NAME", &budget_,
                     "how long it may take on two cores with AVX-512: 90 s, 10 minutes, 90 minutes",
                     one_of(budgets()));
    arguments.option("--study NAME", &study_,
                     "main: six experiments; aevb: the figures of Kingma & Welling 2013",
                     one_of(study_names()));
    arguments.example("elbo reproduce --out study --budget quick");
    arguments.example("elbo reproduce --out aevb --study aevb");
  }

  Result run(const CommonOptions& common) override {
    StudyOptions options;
    options.folder = out_;
    options.budget = budget_;
    options.seed = static_cast<std::uint64_t>(common.seed.value_or(1));
    options.threads = static_cast<int>(common.threads);
    options.data = common.data();
    const StudyKind& study = find_study(study_);
    // The main study needs no name.
    options.command =
        fmt::format("elbo reproduce --out {}{} --budget {} --seed {} --threads {}", out_,
                    &study == &study_kinds().front() ? "" : " --study " + study.name, budget_,
                    options.seed, options.threads);
    options.callbacks = [&](const std::string& model) {
      return training_progress(common.quiet, model);
    };
    options.on_stage = [](const std::string& line) { logging::info("{}", line); };
    Result result;
    result.json = study.run(options);
    for (const nlohmann::json& model : result.json["models"]) {
      write_model_card(std::filesystem::path(out_) / "models" / model.get<std::string>());
    }
    logging::info("report");
    write_report(out_);
    result.json["out"] = out_;
    result.text = summary_table(result.json) + "\n" + out_ + "/report.html\n";
    return result;
  }

 private:
  std::string out_, budget_ = "standard", study_ = study_kinds().front().name;
};

}  // namespace

std::unique_ptr<Command> make_reproduce() {
  return std::make_unique<Reproduce>();
}

}  // namespace elbo::cli
