// `elbo latent RUN SPEC --out DIR`: the map of a two-dimensional latent space.
#include "cli/experiment.h"
#include "elbo/experiments/experiments.h"

namespace elbo::cli {
namespace {

class Latent : public Command {
 public:
  void declare(Arguments& arguments) override {
    experiment_.declare(arguments, "the data to map, e.g. mnist:test");
    arguments.option(
        "--reference SPEC", &reference_,
        "labelled data whose codes vote on the class of a code; by default one half of "
        "SPEC votes on the other");
    arguments.flag("--search", search_,
                   "also search for the best code of each example: how much the encoder loses");
    arguments.example("elbo latent runs/map mnist:test --reference mnist --out look");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = experiment_.load(common);
    std::optional<Dataset> reference;
    if (!reference_.empty()) reference = load_dataset(reference_, common.data());
    const nlohmann::json report = run_latent_map(loaded.vae, experiment_.data(loaded, common),
                                                 {.reference = reference ? &*reference : nullptr,
                                                  .search = search_,
                                                  .seed = seed_of(common)},
                                                 experiment_.results());
    return finish_experiment(experiment_.out(), report,
                             {"knn5_accuracy", "linear_probe_accuracy", "mse", "elbo_nats",
                              "kl_nats", "searched_mse", "searched_elbo_nats"});
  }

 private:
  ExperimentArguments experiment_;
  std::string reference_;
  bool search_ = false;
};

}  // namespace

std::unique_ptr<Command> make_latent() {
  return std::make_unique<Latent>();
}

}  // namespace elbo::cli
