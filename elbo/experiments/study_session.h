// What all studies do alike: find data, train models that go on where they stopped, keep the time,
// and write down what was done.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/result_folder.h"
#include "elbo/experiments/side_by_side.h"
#include "elbo/experiments/study.h"
#include "elbo/experiments/study_plan.h"

namespace elbo {

struct TrainedModel {
  FittedVae vae;
  TrainingResult training;
};

/// One sitting at a study, from its beginning (or where an earlier one was stopped) to its end.
class StudySession {
 public:
  /// `study` is the study's name; one that grows goes on from a smaller budget with a larger one.
  /// `options` must outlive the session. Throws UsageError when the folder holds a run, another
  /// study, or this one with another seed or, unless it grows, another budget, finished or not.
  StudySession(const StudyOptions& options, std::string study, bool grows = false);

  const StudyOptions& options() const { return options_; }
  const ResultFolder& results() const { return results_; }
  std::filesystem::path model_folder(const std::string& name) const {
    return options_.folder / "models" / name;
  }
  /// For a training that belongs to a task.
  TrainingCallbacks callbacks(const std::string& name, const TaskContext& context) const;
  /// Tells what happens now.
  void stage(const std::string& line) const;

  /// Runs tasks that train models of their names, side by side where that is faster.
  void run(std::vector<Task> tasks);
  /// Trains to model.config.train.epochs, from the model's last checkpoint if there is one, and
  /// enters it into the record. Called again for the same model, with more epochs, it trains on;
  /// `last_epoch`, where that will end, is what progress is told then. To be called by a task; the
  /// result uses the task's threads. Throws as training does.
  TrainedModel train(StudyModel& model, const Dataset& data, const TaskContext& context,
                     std::int64_t last_epoch = 0);

  /// The time of a training counts for the study, that of earlier sittings too. Tasks that ran at
  /// once share it.
  void count_earlier(const TrainingResult& training, const TaskContext& context);

  /// Adds time, machine, models and options to the summary and writes it to summary.json, and the
  /// record of the study to results/study.json. `data`: the record's entry of that name. Returns
  /// the whole summary.
  nlohmann::json finish(nlohmann::json summary, const nlohmann::json& data);

 private:
  const StudyOptions& options_;
  std::string study_;
  ResultFolder results_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string started_;
  /// The names of tasks, in the order in which the record lists their models.
  std::vector<std::string> order_;
  /// Guards what follows, and the options' functions.
  mutable std::mutex lock_;
  /// About the time of earlier sittings: what was trained then.
  double seconds_before_ = 0;
  /// Entries of the record by the models' names.
  std::map<std::string, nlohmann::json> models_;
};

/// What `real()` loads, or, where that can neither be found nor downloaded, what `drawn()` makes;
/// says so.
template <typename Real, typename Drawn>
auto load_or_draw(const Real& real, const Drawn& drawn) {
  try {
    return real();
  } catch (const NetworkError& error) {
    logging::warning("{}", error.what());
    logging::warning("going on with digits that the program draws itself (strokes)");
  }
  return drawn();
}

}  // namespace elbo
