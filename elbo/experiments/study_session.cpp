#include "elbo/experiments/study_session.h"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>

#include "elbo/base/file.h"
#include "elbo/base/version.h"
#include "elbo/experiments/load_run.h"
#include "elbo/experiments/machine.h"
#include "elbo/train/metrics_log.h"
#include "elbo/train/run_folder.h"
#include "elbo/train/train_run.h"

namespace elbo {
namespace {

using nlohmann::json;

/// The study whose results a folder holds, or nothing. A record that names none is the main
/// study's.
std::string study_in(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "results" / "study.json";
  if (!std::filesystem::exists(path)) return {};
  const json record = json::parse(read_text_file(path), nullptr, false);
  if (!record.is_object()) return {};
  const auto named = record.find("study");
  return named != record.end() && named->is_string() ? named->get<std::string>() : "main";
}

/// Examples a second in the last epoch of a run.
double last_rate(const std::filesystem::path& run) {
  const std::vector<json> epochs = read_metrics(RunPaths(run).metrics());
  if (epochs.empty()) return 0;
  const auto rate = epochs.back().find("examples_per_second");
  return rate != epochs.back().end() && rate->is_number() ? rate->get<double>() : 0;
}

}  // namespace

StudySession::StudySession(const StudyOptions& options, std::string study)
    : options_(options),
      study_(std::move(study)),
      results_(options.folder),
      started_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))) {
  const std::string found = study_in(options.folder);
  if (!found.empty() && found != study_) {
    throw UsageError("{}: holds the study '{}', expected none or '{}'; choose another --out",
                     options.folder.string(), found, study_);
  }
}

void StudySession::stage(const std::string& line) const {
  const std::lock_guard lock(lock_);
  if (options_.on_stage) options_.on_stage(line);
}

TrainingCallbacks StudySession::callbacks(const std::string& name,
                                          const TaskContext& context) const {
  const std::lock_guard lock(lock_);
  TrainingCallbacks made = options_.callbacks ? options_.callbacks(name) : TrainingCallbacks{};
  made.should_stop = context.should_stop;
  return made;
}

void StudySession::run(std::vector<Task> tasks) {
  for (const Task& task : tasks) order_.push_back(task.name);
  run_side_by_side(std::move(tasks), options_.threads);
}

TrainedModel StudySession::train(StudyModel& model, const Dataset& data, const TaskContext& context,
                                 std::int64_t last_epoch) {
  TrainingCallbacks told = callbacks(model.name, context);
  if (told.on_epoch) {
    told.on_epoch = [last_epoch, on_epoch = told.on_epoch](EpochReport report) {
      report.epochs = std::max(report.epochs, last_epoch);
      on_epoch(report);
    };
  }
  const std::filesystem::path folder = model_folder(model.name);
  const bool is_new = [&] {
    const std::lock_guard lock(lock_);
    return !models_.contains(model.name);
  }();
  const TrainingResult trained = train_run(model.config, data,
                                           {.folder = folder,
                                            .threads = context.threads,
                                            .resume = true,
                                            .announce_resume = is_new,
                                            .callbacks = told});
  LoadedRun loaded = load_run(folder, context.threads);
  const double rate =
      trained.examples_per_second > 0 ? trained.examples_per_second : last_rate(folder);
  std::int64_t parameters = 0;
  for (const auto& [name, array] : loaded.vae.parameters()) parameters += array.size();
  if (is_new) count_earlier(trained, context);
  const std::lock_guard lock(lock_);
  models_[model.name] = {
      {"name", model.name},         {"folder", "models/" + model.name},
      {"preset", model.preset},     {"settings", to_json(loaded.config)},
      {"parameters", parameters},   {"epochs", trained.epochs},
      {"seconds", trained.seconds}, {"examples_per_second", rate},
      {"threads", context.threads},
  };
  return {std::move(loaded.vae), trained};
}

void StudySession::count_earlier(const TrainingResult& training, const TaskContext& context) {
  const std::lock_guard lock(lock_);
  seconds_before_ += training.seconds_before / context.at_once;
}

json StudySession::finish(json summary, const json& data) {
  // What earlier sittings spent on training counts as well.
  const double seconds =
      seconds_before_ +
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  summary["study"] = study_;
  summary["seconds"] = seconds;
  summary["models"] = json::array();
  json models = json::array();
  for (const std::string& name : order_) {
    const auto model = models_.find(name);
    if (model == models_.end()) continue;
    summary["models"].push_back(name);
    models.push_back(model->second);
  }
  summary["machine"] = describe_machine();
  summary["budget"] = options_.budget;
  summary["seed"] = options_.seed;
  results_.write("study", {{"study", study_},
                           {"budget", options_.budget},
                           {"seed", options_.seed},
                           {"threads", options_.threads},
                           {"machine", describe_machine()},
                           {"commit_or_version", version()},
                           {"started", started_},
                           {"seconds", seconds},
                           {"data", data},
                           {"command", options_.command},
                           {"models", models}});
  write_text_file(options_.folder / "summary.json", summary.dump(2) + "\n");
  return summary;
}

}  // namespace elbo
