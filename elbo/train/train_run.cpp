#include "elbo/train/train_run.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/log.h"
#include "elbo/base/utf8.h"
#include "elbo/base/version.h"
#include "elbo/data/fingerprint.h"
#include "elbo/graph/work.h"
#include "elbo/train/metrics_log.h"
#include "elbo/train/run_checks.h"
#include "elbo/train/run_folder.h"

namespace elbo {
namespace {

NamedTerms named(const ElboTerms& terms) {
  return {{"elbo_nats", terms.elbo},
          {"log_likelihood_nats", terms.log_likelihood},
          {"kl_nats", terms.kl}};
}

/// A run's names are kept as JSON.
void check_names(const RunConfig& config) {
  std::vector<std::string> names = config.class_names;
  names.push_back(config.data_spec);
  for (const std::string& name : names) {
    if (!is_utf8(name)) {
      throw DataError("{}: the name is not UTF-8, and a run keeps it as such; rename it", name);
    }
  }
}

/// A batch can't be larger than what there is to train on.
void limit_batch(RunConfig& config, const Split& split) {
  const auto count = static_cast<std::int64_t>(split.train.size());
  if (config.train.batch_size <= count) return;
  logging::info("train.batch_size is {}, as many as there are training examples; {} were asked for",
                count, config.train.batch_size);
  config.train.batch_size = count;
}

/// Continues from the folder's checkpoint; returns the epochs that are done.
std::int64_t continue_run(Trainer& trainer, const RunPaths& paths, RunConfig& config) {
  const std::optional<std::int64_t> done = trainer.resume();
  if (!done && std::filesystem::exists(paths.model())) {
    throw FileError(
        "{}: there is no checkpoint to continue from, and training anew would replace {}; choose "
        "another --out, or remove the folder",
        paths.checkpoints().string(), paths.model().string());
  }
  if (!done && std::filesystem::exists(paths.config())) {
    logging::info("{}: there is no checkpoint yet; the run begins anew", paths.folder.string());
  }
  // What has been trained can't be taken back.
  config.train.epochs = std::max(config.train.epochs, done.value_or(0));
  return done.value_or(0);
}

Objective objective_of(const RunConfig& config, const Vae& model, const BatchNodes& nodes,
                       std::size_t train_count) {
  const ModelBatch batch = nodes.model_batch(config.data, true);
  return build_objective(config.objective, model.in_training(), batch,
                         {.warmup = batch.input.graph().input("warmup", Shape{}),
                          .example_count = static_cast<std::int64_t>(train_count)});
}

}  // namespace

std::optional<Dataset> static_bits(const RunConfig& config, const Dataset& data) {
  if (config.data.binarisation != "static") return std::nullopt;
  return binarised(data, static_cast<std::uint64_t>(config.train.seed));
}

double training_flops(const RunConfig& config, const Dataset& data) {
  Graph graph;
  const BatchNodes nodes(graph, data);
  const Vae model(config.model, shape_of(data));
  const auto count = static_cast<std::size_t>(data.count());
  return training_flops(graph, objective_of(config, model, nodes, count).loss, data.count()) *
         static_cast<double>(config.train.epochs);
}

Split run_split(const Dataset& data, const RunConfig& config) {
  const auto seed = static_cast<std::uint64_t>(config.train.seed);
  if (config.data.validation == 0) {
    Split split;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(data.count()); ++i)
      split.train.push_back(i);
    return split;
  }
  if (data.labels) {
    return split_for_validation(data.labels->values<std::int32_t>(), config.data.validation, seed);
  }
  return split_for_validation(data.count(), config.data.validation, seed);
}

TrainingResult train_run(RunConfig& config, const Dataset& original,
                         const TrainRunOptions& options) {
  config.data_spec = original.spec;
  config.shape = shape_of(original);
  config.class_names = original.class_names;
  config.columns = original.columns;
  config.data_fingerprint = fingerprint(original);
  config.version = version();
  const std::optional<Dataset> bits = static_bits(config, original);
  const Dataset& data = bits ? *bits : original;
  check_names(config);
  check_settings_fit_data(config, original);

  // The model is built before anything is written, so that settings that don't fit leave no folder.
  const Vae model(config.model, config.shape);
  Graph graph;
  const BatchNodes nodes(graph, data);
  Split split = run_split(data, config);
  limit_batch(config, split);
  const Objective objective = objective_of(config, model, nodes, split.train.size());
  const ElboTerms validation = elbo_terms(model, nodes.model_batch(config.data, false));

  const RunPaths paths(options.folder);
  const std::vector<SettingChange> changes = check_run_folder(paths, config, options.resume);
  Trainer trainer({.graph = graph,
                   .data = data,
                   .split = std::move(split),
                   .distortion = config.data.distortion,
                   .loss = objective.loss,
                   .train_terms = named(objective.terms),
                   .validation_terms = named(validation),
                   .warmup_epochs = config.objective.warmup_epochs,
                   .warmup_cycles = config.objective.cycles,
                   .monitored = "elbo_nats"},
                  config.train, options.threads, paths.checkpoints());
  const std::int64_t epochs_done = options.resume ? continue_run(trainer, paths, config) : 0;
  // Only now is it sure that the run may be continued with these settings.
  make_directory(paths.folder);
  const FolderLock lock(paths.folder);
  for (const auto& folder : {paths.folder, paths.checkpoints()}) remove_half_written(folder);
  // What a finished run was trained with can't be changed any more.
  const bool is_finished =
      epochs_done >= config.train.epochs && std::filesystem::exists(paths.model());
  if (!is_finished) write_text_file(paths.config(), to_json(config).dump(2) + "\n");
  for (const auto& [key, before, after] : changes) {
    if (is_finished) {
      logging::info("the run is finished: {} stays {}", key, before);
    } else {
      logging::info("{} is {} from here on; it was {}", key, after, before);
      if (key == "train.learning_rate") trainer.use_whole_learning_rate();
    }
  }
  truncate_metrics(paths.metrics(), epochs_done);
  if (options.announce_resume && epochs_done > 0) {
    logging::info("resumed after epoch {}", epochs_done);
  }

  if (config.objective.warmup_epochs > config.train.epochs) {
    logging::warning(
        "objective.warmup_epochs = {} is more than train.epochs = {}: the KL term never gets its "
        "whole weight, and the ELBO that is reported is not what was trained; warm up for less",
        config.objective.warmup_epochs, config.train.epochs);
  }

  double last_kl = std::numeric_limits<double>::infinity();
  EventLog events(paths.folder);
  TrainingCallbacks callbacks = options.callbacks;
  callbacks.on_epoch = [&](const EpochReport& report) {
    append_metrics(paths.metrics(), report);
    append_events(events, report);
    for (const auto& [name, mean] : report.train) {
      if (name == "kl_nats") last_kl = mean;
    }
    if (options.callbacks.on_epoch) options.callbacks.on_epoch(report);
  };
  const TrainingResult result = trainer.run(callbacks);
  // Every model begins with almost no KL; one that still has none has learned to do without codes.
  constexpr double kHardlyAnything = 0.1;
  constexpr std::int64_t kLongEnough = 500;
  if (last_kl < kHardlyAnything && result.steps >= kLongEnough) {
    logging::warning(
        "the posterior has collapsed: codes carry {:.3g} nats of their examples, and the decoder "
        "ignores them; warm the KL term up (objective.warmup_epochs), keep some of it free "
        "(objective.name = \"free_bits\"), or lower objective.beta",
        last_kl);
  }
  write_parameters(paths.model(), trainer.layout(), trainer.best_parameters());
  return result;
}

}  // namespace elbo
