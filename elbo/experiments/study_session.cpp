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

/// What a study is written down as when it begins, and, with much else, when it has ended.
constexpr const char* kBegun = "begun";
constexpr const char* kEnded = "study";

/// What tells studies apart: a folder holds one.
json identity_of(const std::string& study, const StudyOptions& options) {
  return {{"study", study}, {"budget", options.budget}, {"seed", options.seed}};
}

std::string words_of(const json& identity) {
  return fmt::format("'{}', budget {}, seed {}", identity["study"].get<std::string>(),
                     identity["budget"].get<std::string>(), identity["seed"].dump());
}

/// The identity of the study that a folder holds, begun or ended, or null. What a record of an
/// earlier version doesn't name is as in `wanted`; one that names no study is the main study's.
json identity_in(const std::filesystem::path& folder, const json& wanted) {
  for (const char* name : {kEnded, kBegun}) {
    const std::filesystem::path path = folder / "results" / (std::string(name) + ".json");
    if (!std::filesystem::exists(path)) continue;
    const json record = json::parse(read_text_file(path), nullptr, false);
    if (!record.is_object()) continue;
    json found = wanted;
    found["study"] = "main";
    for (auto& [key, value] : found.items()) {
      if (record.contains(key) && record[key].type_name() == std::string(value.type_name())) {
        value = record[key];
      }
    }
    return found;
  }
  return {};
}

/// Examples a second in the last epoch of a run.
double last_rate(const std::filesystem::path& run) {
  const std::vector<json> epochs = read_metrics(RunPaths(run).metrics());
  if (epochs.empty()) return 0;
  const auto rate = epochs.back().find("examples_per_second");
  return rate != epochs.back().end() && rate->is_number() ? rate->get<double>() : 0;
}

}  // namespace

StudySession::StudySession(const StudyOptions& options, std::string study, bool grows)
    : options_(options),
      study_(std::move(study)),
      results_(options.folder),
      started_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))) {
  if (std::filesystem::exists(RunPaths(options.folder).config())) {
    throw UsageError("{}: holds a run, not a study; choose another --out", options.folder.string());
  }
  const json wanted = identity_of(study_, options);
  json found = identity_in(options.folder, wanted);
  if (grows && !found.is_null()) found["budget"] = options.budget;
  if (!found.is_null() && found != wanted) {
    throw UsageError("{}: holds the study {}, not {}; go on with that one, or choose another --out",
                     options.folder.string(), words_of(found), words_of(wanted));
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
  results_.write(kBegun, identity_of(study_, options_));
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
  results_.write(kEnded, {{"study", study_},
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
