// `elbo robustness RUN SPEC --out DIR [--sigma LIST]`: error to the clean image under noise.
#include <fmt/format.h>

#include "cli/experiment.h"
#include "cli/output.h"
#include "elbo/base/error.h"
#include "elbo/experiments/experiments.h"

namespace elbo::cli {
namespace {

class Robustness : public Command {
 public:
  void declare(Arguments& arguments) override {
    experiment_.declare(arguments, "the clean data, e.g. mnist:test");
    arguments.option(
        "--sigma LIST", &sigmas_,
        "standard deviations of the noise (default: ten from 0 to 1, of which 0.25 and "
        "0.5 are shown), e.g. 0,0.25,0.5",
        in_range(0, 100));
    arguments.option("--denoising RUN", &denoising_,
                     "a run trained with data.noise, to compare with");
    arguments.example("elbo robustness runs/first mnist:test --sigma 0,0.25,0.5 --out look");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = experiment_.load(common);
    std::optional<LoadedRun> denoising;
    if (!denoising_.empty()) {
      denoising = load_run(denoising_, static_cast<int>(common.threads));
      if (denoising->config.data.noise == 0) {
        throw UsageError("--denoising: {} was trained without noise (data.noise = 0)", denoising_);
      }
    }
    RobustnessOptions options;
    options.seed = seed_of(common);
    if (!sigmas_.empty()) options.sigmas = options.shown = sigmas_;
    const nlohmann::json report =
        run_robustness(loaded.vae, denoising ? &denoising->vae : nullptr,
                       experiment_.data(loaded, common), options, experiment_.results());
    Result result = finish_experiment(experiment_.out(), report, {});
    Table table({"model", "sigma", "mse", "psnr_db", "input mse"});
    for (const auto& model : report["models"]) {
      for (const auto& point : model["curve"]) {
        table.add({model["name"], fmt::format("{:g}", point["sigma"].get<double>()),
                   fmt::format("{:.5f}", point["mse"].get<double>()),
                   fmt::format("{:.2f}", point["psnr_db"].get<double>()),
                   fmt::format("{:.5f}", point["input_mse"].get<double>())});
      }
    }
    result.text = table.text() + "\n" + result.text;
    return result;
  }

 private:
  ExperimentArguments experiment_;
  std::vector<double> sigmas_;
  std::string denoising_;
};

}  // namespace

std::unique_ptr<Command> make_robustness() {
  return std::make_unique<Robustness>();
}

}  // namespace elbo::cli
