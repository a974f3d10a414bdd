#include "cli/model_card.h"

#include <nlohmann/json.hpp>

#include "elbo/base/file.h"
#include "elbo/experiments/load_run.h"
#include "elbo/report/run_card.h"
#include "elbo/train/metrics_log.h"
#include "elbo/train/run_folder.h"

namespace elbo::cli {

void write_model_card(const std::filesystem::path& run) {
  const RunPaths paths(run);
  const RunConfig config = read_run_config(paths.config());
  nlohmann::json described = to_json(config);
  described["parameters"] = parameters_of(Vae(config.model, config.shape)).parameter_count();
  const std::vector<nlohmann::json> epochs = read_metrics(paths.metrics());
  nlohmann::json metrics = nlohmann::json::object();
  if (!epochs.empty()) {
    metrics = {{"epoch", epochs.back()["epoch"]}, {"seconds", epochs.back()["seconds"]}};
  }
  if (const nlohmann::json* kept = kept_epoch(epochs)) {
    for (const char* pass : {"train", "validation"}) {
      if (kept->contains(pass)) metrics[pass] = kept->at(pass);
    }
  }
  write_text_file(paths.card(), model_card(described, metrics));
}

}  // namespace elbo::cli
