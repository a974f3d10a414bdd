// `elbo evaluate RUN SPEC`: how well a trained model explains data.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "elbo/evaluate/aggregate_posterior.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/load_run.h"

namespace elbo::cli {
namespace {

class Evaluate : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder");
    arguments.positional("SPEC", &spec_, "the data, e.g. mnist:test");
    arguments.option("--samples K", &samples_,
                     "also the importance-weighted bound with K samples an example",
                     in_range(1, 1e6));
    arguments.example("elbo evaluate runs/first mnist:test --samples 100");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = load_run(run_, static_cast<int>(common.threads));
    const Dataset data = load_dataset_for(loaded, spec_, common.data());
    const auto seed = static_cast<std::uint64_t>(common.seed.value_or(1));
    const BoundReport bound = evaluate_bound(loaded.vae, data, seed);
    Result result;
    result.json = {{"run", run_},
                   {"data", data.spec},
                   {"count", bound.count},
                   {"binarisation", loaded.config.data.binarisation},
                   {"elbo_nats", bound.elbo_nats},
                   {"log_likelihood_nats", bound.log_likelihood_nats},
                   {"kl_nats", bound.kl_nats},
                   {"mse", bound.mse},
                   {"active_units", bound.active_units}};
    const auto aggregate = evaluate_aggregate_posterior(loaded.vae, data, seed);
    if (aggregate) {
      result.json["mutual_information_nats"] = aggregate->mutual_information_nats;
      result.json["aggregate_kl_nats"] = aggregate->aggregate_kl_nats;
      result.json["aggregate_examples"] = aggregate->count;
    }
    const std::int64_t size = loaded.vae.model().data_size();
    const bool is_mass = find_likelihood(loaded.config.model.likelihood).byte_levels == 256;
    Table table({});
    table.add({"examples", std::to_string(bound.count)});
    table.add({"ELBO", fmt::format("{:.4f} nats", bound.elbo_nats)});
    table.add({"  log p(x|z)", fmt::format("{:.4f} nats", bound.log_likelihood_nats)});
    table.add({"  KL", fmt::format("{:.4f} nats", bound.kl_nats)});
    if (is_mass) {
      const double bits = bits_per_dim(-bound.elbo_nats, size);
      result.json["bits_per_dim"] = bits;
      table.add({"-ELBO", fmt::format("{:.4f} bits per dimension", bits)});
    }
    if (aggregate) {
      table.add({fmt::format("mutual information, {} examples", aggregate->count),
                 fmt::format("{:.4f} nats", aggregate->mutual_information_nats)});
      table.add({"KL of all codes to the prior",
                 fmt::format("{:.4f} nats", aggregate->aggregate_kl_nats)});
    }
    table.add({"reconstruction MSE", fmt::format("{:.6f}", bound.mse)});
    if (bound.psnr_db) {
      result.json["psnr_db"] = *bound.psnr_db;
      table.add({"PSNR", fmt::format("{:.3f} dB", *bound.psnr_db)});
    }
    table.add(
        {"active units", fmt::format("{} of {}", bound.active_units, loaded.config.model.latent)});
    if (samples_) {
      const LikelihoodReport bound_k = evaluate_likelihood(loaded.vae, data, *samples_, seed);
      result.json["nll_nats"] = bound_k.nll_nats;
      result.json["importance_samples"] = bound_k.importance_samples;
      std::string nll = fmt::format("{:.4f} nats", bound_k.nll_nats);
      if (const auto error = bound_k.nll_standard_error_nats) {
        result.json["nll_standard_error_nats"] = *error;
        nll += fmt::format(" +- {:.4f}", *error);
      }
      table.add({fmt::format("-log p(x), {} samples", *samples_), nll});
      if (is_mass) {
        const double bits = bits_per_dim(bound_k.nll_nats, size);
        result.json["nll_bits_per_dim"] = bits;
        table.add({"", fmt::format("{:.4f} bits per dimension", bits)});
      }
    }
    result.text = table.text();
    if (loaded.config.data.binarisation == "none" &&
        loaded.config.model.likelihood == "bernoulli") {
      result.json["note"] = "grey pixels under a Bernoulli: a training objective, not a likelihood";
      result.text +=
          "\nGrey pixels under a Bernoulli likelihood: these nats are a training objective, "
          "not a likelihood of the data.\n";
    }
    return result;
  }

 private:
  std::string run_, spec_;
  std::optional<std::int64_t> samples_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate() {
  return std::make_unique<Evaluate>();
}

}  // namespace elbo::cli
