#include "elbo/experiments/one_class.h"

#include <fmt/format.h>

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/evaluate/detection.h"
#include "elbo/experiments/load_run.h"
#include "elbo/experiments/result_folder.h"
#include "elbo/experiments/side_by_side.h"
#include "elbo/train/train_run.h"

namespace elbo {
namespace {

using nlohmann::json;

/// Of held-out examples of a class: what the thresholds and the learned scores need.
constexpr std::int64_t kFewestHeldOut = 10;
constexpr double kFalseAlarmRate = 0.1;

std::vector<std::int32_t> rows_of(const Dataset& data, std::int32_t label) {
  std::vector<std::int32_t> rows;
  const auto labels = data.labels->values<std::int32_t>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == label) rows.push_back(static_cast<std::int32_t>(i));
  }
  return rows;
}

/// The examples of a class, as data without classes: within it there is nothing to tell apart.
Dataset only_class(const Dataset& data, std::int32_t label) {
  Dataset part = data.subset(rows_of(data, label));
  part.spec = fmt::format("{}, class {}", data.spec, label);
  part.labels.reset();
  part.class_names.clear();
  return part;
}

Dataset without_labels(Dataset data) {
  data.labels.reset();
  data.class_names.clear();
  return data;
}

void check_classes(const Dataset& train, const Dataset& test) {
  for (const Dataset* data : {&train, &test}) {
    if (!data->labels) {
      throw DataError(
          "{}: has no labels; one-class detection needs classes, one of which is normal at a time",
          data->spec);
    }
  }
  if (train.class_count() < 2) {
    throw DataError(
        "{}: has {} class; one-class detection needs at least two, the others are the "
        "anomalies",
        train.spec, train.class_count());
  }
  if (train.class_names != test.class_names) {
    throw DataError(
        "{} and {} have different classes ({} and {} of them); give a test set of the "
        "same data",
        train.spec, test.spec, train.class_count(), test.class_count());
  }
}

void check_counts(const Dataset& train, const Dataset& test, const RunConfig& config) {
  for (std::int32_t label = 0; label < train.class_count(); ++label) {
    const std::string& name = train.class_names[static_cast<std::size_t>(label)];
    const auto count = static_cast<std::int64_t>(rows_of(train, label).size());
    const double share = config.data.validation;
    const auto held_out =
        static_cast<std::int64_t>(share < 1 ? share * static_cast<double>(count) + 0.5 : share);
    if (held_out < kFewestHeldOut || held_out >= count) {
      throw DataError(
          "{}: class '{}' has {} examples, of which data.validation = {:g} holds out {}; scores "
          "are calibrated on at least {}, and some must be left to train on: give more examples or "
          "set data.validation",
          train.spec, name, count, share, held_out, kFewestHeldOut);
    }
    const std::size_t tested = rows_of(test, label).size();
    if (tested == 0 || tested == static_cast<std::size_t>(test.count())) {
      throw DataError(
          "{}: class '{}' has {} of {} examples; each class must be tested against "
          "others",
          test.spec, name, tested, test.count());
    }
  }
}

class OneClass {
 public:
  OneClass(const Dataset& train, const Dataset& test, const OneClassOptions& options)
      : train_(train), test_(test), unlabelled_test_(without_labels(test)), options_(options) {}

  json run() {
    json classes = json::array();
    std::vector<Task> tasks;
    for (std::int32_t label = 0; label < train_.class_count(); ++label) {
      classes.push_back(json::object());
      tasks.push_back({.name = "class " + train_.class_names[static_cast<std::size_t>(label)],
                       .work = static_cast<double>(rows_of(train_, label).size()),
                       .run = [this, label, &classes](const TaskContext& context) {
                         classes[static_cast<std::size_t>(label)] = judge(label, context);
                       }});
    }
    run_side_by_side(std::move(tasks), options_.threads);
    std::map<std::string, double> sums;
    for (const json& each : classes) {
      for (const json& score : each["scores"]) {
        sums[score["name"].get<std::string>()] += score["auroc"].get<double>();
      }
    }
    json report{{"data", train_.spec}, {"test", test_.spec}, {"chosen", options_.chosen}};
    report["scores"] = json::array();
    for (const auto& [name, sum] : sums) {
      const double mean = sum / static_cast<double>(train_.class_count());
      report["scores"].push_back({{"name", name}, {"auroc", mean}});
      if (name == options_.chosen) report["auroc"] = mean;
    }
    report["classes"] = std::move(classes);
    ResultFolder(options_.folder).write("one_class", report);
    return report;
  }

 private:
  /// The model of one class, and how its scores tell the class from the others.
  json judge(std::int32_t label, const TaskContext& context) const {
    const std::string& name = train_.class_names[static_cast<std::size_t>(label)];
    const Dataset normal = only_class(train_, label);
    const std::string run = fmt::format("models/class-{}", label);
    if (options_.on_stage) {
      options_.on_stage(
          fmt::format("{} of {}: {} examples", label + 1, train_.class_count(), normal.count()));
    }
    TrainingCallbacks told = options_.callbacks ? options_.callbacks(name) : TrainingCallbacks{};
    told.should_stop = context.should_stop;
    RunConfig config = options_.config;
    train_run(config, normal,
              {.folder = options_.folder / run,
               .threads = context.threads,
               .resume = true,
               .callbacks = told});
    const FittedVae vae = load_run(options_.folder / run, context.threads).vae;
    ScoreRequest request{.names = options_.scores.empty() ? usual_score_names(vae.model())
                                                          : options_.scores};
    if (std::find(request.names.begin(), request.names.end(), options_.chosen) ==
        request.names.end()) {
      request.names.push_back(options_.chosen);
    }
    const AnomalyCalibration calibration = calibrate(
        vae, held_out_examples(config, normal),
        {.false_alarm_rate = kFalseAlarmRate, .settings = options_.settings, .scores = request});
    json report{{"class", name},
                {"train_count", normal.count()},
                {"test_count", rows_of(test_, label).size()},
                {"run", run},
                {"scores", json::array()}};
    const auto labels = test_.labels->values<std::int32_t>();
    const std::optional<Dataset> bits = static_bits(config, unlabelled_test_);
    for (const auto& [score, values] :
         anomaly_scores(vae, bits ? *bits : unlabelled_test_, request, calibration)) {
      std::vector<double> of_class, of_others;
      for (std::size_t i = 0; i < values.size(); ++i) {
        (labels[i] == label ? of_class : of_others).push_back(values[i]);
      }
      const double area = auroc(of_class, of_others);
      report["scores"].push_back({{"name", score}, {"auroc", area}});
      if (score == options_.chosen) report["auroc"] = area;
    }
    return report;
  }

  const Dataset& train_;
  const Dataset& test_;
  const Dataset unlabelled_test_;
  const OneClassOptions& options_;
};

}  // namespace

nlohmann::json run_one_class(const Dataset& train, const Dataset& test,
                             const OneClassOptions& options) {
  check_classes(train, test);
  if (options.config.model.name == "conditional_vae") {
    throw UsageError(
        "model.name = \"conditional_vae\": a model of one class has no classes to be told of; use "
        "\"vae\"");
  }
  check_counts(train, test, options.config);
  return OneClass(train, test, options).run();
}

}  // namespace elbo
