#include "elbo/experiments/load_run.h"

#include <optional>

#include "elbo/base/error.h"
#include "elbo/base/finite.h"
#include "elbo/data/classes.h"
#include "elbo/data/columns.h"
#include "elbo/data/fingerprint.h"
#include "elbo/graph/ops.h"
#include "elbo/tensor/arena.h"
#include "elbo/train/run_checks.h"
#include "elbo/train/run_folder.h"
#include "elbo/train/train_run.h"

namespace elbo {

ParameterLayout parameters_of(const Vae& model) {
  // A forward pass names every parameter.
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, model.data_size()});
  Value condition;
  if (model.is_conditional()) {
    condition = graph.input("condition", Shape{kBatch, model.data().class_count});
  }
  const Value z = model.code(model.posterior(x, condition));
  model.likelihood(z, condition);
  model.prior_log_prob(z);
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
  std::optional<Vae> model;
  ParameterLayout layout;
  try {
    model.emplace(config.model, config.shape);
    layout = parameters_of(*model);
  } catch (const Error& error) {
    throw FileError("{}: {}", paths.config().string(), error.what());
  }
  const auto file_bytes = std::filesystem::file_size(paths.model());
  if (static_cast<std::uint64_t>(layout.parameter_count()) > file_bytes / sizeof(float)) {
    throw FileError("{}: {} bytes, but the model of config.json has {} parameters",
                    paths.model().string(), file_bytes, layout.parameter_count());
  }
  const FlatBuffer buffer(static_cast<std::size_t>(layout.size()));
  read_parameters(paths.model(), layout, buffer.values());
  if (!all_finite(buffer.values())) {
    throw FileError("{}: damaged: some weights are not finite; train the run anew",
                    paths.model().string());
  }
  DataSettings data_settings = config.data;
  FittedVae vae(std::move(*model), to_map(layout, buffer.values()), data_settings, threads);
  return {std::move(config), std::move(vae)};
}

Dataset held_out_examples(const RunConfig& config, const Dataset& data) {
  const std::optional<Dataset> bits = static_bits(config, data);
  Dataset part = (bits ? *bits : data).subset(run_split(data, config).validation);
  part.spec = data.spec + ", held out";
  return part;
}

Dataset load_held_out(const LoadedRun& run, DataOptions options) {
  const RunConfig& config = run.config;
  if (config.data.validation == 0) {
    throw UsageError(
        "{}: data.validation was 0, so training has seen all of it; give other normal data",
        config.data_spec);
  }
  // Generated data, as training had them.
  options.seed = static_cast<std::uint64_t>(config.train.seed);
  const Dataset data = load_dataset(config.data_spec, options);
  if (!config.data_fingerprint.empty() && fingerprint(data) != config.data_fingerprint) {
    throw UsageError(
        "{}: has changed since training, so that nobody knows which examples were held out; give "
        "normal data that training has not seen",
        config.data_spec);
  }
  return held_out_examples(config, data);
}

Dataset load_dataset_for(const LoadedRun& run, const std::string& spec,
                         const DataOptions& options) {
  Dataset data = with_columns(load_dataset(spec, options), run.config.columns, "the model");
  check_likelihood_fits_data(run.config.model.likelihood, data);
  if (run.vae.model().is_conditional() && data.labels) {
    data = with_classes(std::move(data), run.config.class_names, "the model");
  }
  if (std::optional<Dataset> bits = static_bits(run.config, data)) return *std::move(bits);
  return data;
}

}  // namespace elbo
