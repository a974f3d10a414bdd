// `elbo generate RUN --out DIR [--label C] [--count N]`: new examples from the prior.
#include "cli/class_argument.h"
#include "cli/experiment.h"
#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/experiments.h"
#include "elbo/report/study.h"

namespace elbo::cli {
namespace {

class Generate : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder, made by 'elbo train'");
    arguments.option("--out DIR", &out_, "the folder for samples, figures and report.html", {},
                     Need::required);
    arguments.option("--label C", &label_,
                     "the class to draw (conditional models): name or number");
    arguments.option("--count N", &count_, "how many", in_range(1, 1e6));
    arguments.example("elbo generate runs/first --count 100 --out look");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    if (label_ && !loaded.vae.model().is_conditional()) {
      throw UsageError("--label {}: {} is not a conditional model", *label_, run_);
    }
    std::optional<std::int64_t> label;
    if (label_) label = find_class(loaded.config, *label_);
    const std::int64_t columns = columns_for(count_);
    const std::int64_t rows = (count_ + columns - 1) / columns;
    if (rows * columns != count_) {
      logging::info("{} samples, to fill {} rows of {}", rows * columns, rows, columns);
    }
    check_page(rows * columns, loaded.vae.model().data().image);
    const ResultFolder results(out_);
    const Array images = sample_images(loaded.vae, rows, columns, seed_of(common), label);
    const nlohmann::json report{
        {"models",
         {{{"name", "model"}, {"images", results.write_array("samples_model", images)}}}}};
    results.write("samples", report);
    nlohmann::json shown = report;
    shown["count"] = rows * columns;
    return finish_experiment(out_, shown, {"count"});
  }

 private:
  /// Of a page: near 12, so many that its rows are full if that can be.
  static std::int64_t columns_for(std::int64_t count) {
    constexpr std::int64_t kUsual = 12;
    if (count <= kUsual) return count;
    for (const std::int64_t columns : {12, 10, 11, 13, 9, 14, 8, 15, 16, 7}) {
      if (count % columns == 0) return columns;
    }
    return kUsual;
  }

  static void check_page(std::int64_t count, const ImageShape& image) {
    const std::int64_t most = Study::kMostImageBytes / image.size();
    if (count <= most) return;
    throw UsageError(
        "--count: a page has room for {} images of {} x {} x {}, {} were asked for; 'elbo decode' "
        "makes any number",
        most, image.height, image.width, image.channels, count);
  }

  std::string run_, out_;
  std::optional<std::string> label_;
  std::int64_t count_ = 72;
};

}  // namespace

std::unique_ptr<Command> make_generate() {
  return std::make_unique<Generate>();
}

}  // namespace elbo::cli
