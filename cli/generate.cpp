// `elbo generate RUN --out DIR [--label C] [--count N]`: new examples from the prior.
#include "cli/experiment.h"
#include "elbo/base/error.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/experiments.h"

namespace elbo::cli {
namespace {

class Generate : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder, made by 'elbo train'");
    arguments.option("--out DIR", &out_, "the folder for samples, figures and report.html", {},
                     Need::required);
    arguments.option("--label C", &label_, "the class to draw (conditional models)",
                     in_range(0, 1e9));
    arguments.option("--count N", &count_, "how many", in_range(1, 1e6));
    arguments.example("elbo generate runs/first --count 100 --out look");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    if (label_ && !loaded.vae.model().is_conditional()) {
      throw UsageError("--label {}: {} is not a conditional model", *label_, run_);
    }
    const ResultFolder results(out_);
    const std::int64_t columns = std::min<std::int64_t>(count_, 12);
    const std::int64_t rows = (count_ + columns - 1) / columns;
    const Array images = sample_images(loaded.vae, rows, columns, seed_of(common), label_);
    const nlohmann::json report{
        {"models",
         {{{"name", "model"}, {"images", results.write_array("samples_model", images)}}}}};
    results.write("samples", report);
    nlohmann::json shown = report;
    shown["count"] = rows * columns;
    return finish_experiment(out_, shown, {"count"});
  }

 private:
  std::string run_, out_;
  std::optional<std::int64_t> label_;
  std::int64_t count_ = 72;
};

}  // namespace

std::unique_ptr<Command> make_generate() {
  return std::make_unique<Generate>();
}

}  // namespace elbo::cli
