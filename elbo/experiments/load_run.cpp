#include "elbo/experiments/load_run.h"

#include "elbo/base/error.h"
#include "elbo/graph/ops.h"
#include "elbo/tensor/arena.h"
#include "elbo/train/run_folder.h"

namespace elbo {

ParameterLayout parameters_of(const Vae& model) {
  // A forward pass names every parameter.
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, model.data_size()});
  Value condition;
  if (model.is_conditional()) {
    condition = graph.input("condition", Shape{kBatch, model.data().class_count});
  }
  model.likelihood(model.posterior(x, condition).mean, condition);
  return ParameterLayout(graph);
}

LoadedRun load_run(const std::filesystem::path& folder, int threads) {
  const RunPaths paths(folder);
  if (!std::filesystem::is_directory(folder)) {
    throw FileError("{}: there is no such run folder; 'elbo train SPEC --out RUN' makes one",
                    folder.string());
  }
  RunConfig config = read_run_config(paths.config());
  if (!std::filesystem::exists(paths.model())) {
    throw FileError(
        "{}: not there: the run has not finished; continue it with 'elbo train ... --resume'",
        paths.model().string());
  }
  Vae model(config.model, config.shape);
  const ParameterLayout layout = parameters_of(model);
  const FlatBuffer buffer(static_cast<std::size_t>(layout.size()));
  read_parameters(paths.model(), layout, buffer.values());
  DataSettings data_settings = config.data;
  FittedVae vae(std::move(model), to_map(layout, buffer.values()), data_settings, threads);
  return {std::move(config), std::move(vae)};
}

}  // namespace elbo
