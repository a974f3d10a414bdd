// `elbo reconstruct RUN SPEC --out DIR`: originals over reconstructions.
#include "cli/experiment.h"
#include "elbo/experiments/experiments.h"

namespace elbo::cli {
namespace {

class Reconstruct : public Command {
 public:
  void declare(Arguments& arguments) override {
    experiment_.declare(arguments, "the data to rebuild, e.g. mnist:test");
    arguments.example("elbo reconstruct runs/first mnist:test --out look");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = experiment_.load(common);
    const nlohmann::json report = run_reconstruction(loaded.vae, experiment_.data(loaded, common),
                                                     experiment_.results(), seed_of(common));
    return finish_experiment(
        experiment_.out(), report,
        {"count", "latent", "mse", "psnr_db", "ssim", "elbo_nats", "kl_nats", "active_units"});
  }

 private:
  ExperimentArguments experiment_;
};

}  // namespace

std::unique_ptr<Command> make_reconstruct() {
  return std::make_unique<Reconstruct>();
}

}  // namespace elbo::cli
