#include "elbo/experiments/study.h"

#include <map>
#include <optional>

#include "elbo/base/file.h"
#include "elbo/evaluate/bound.h"
#include "elbo/evaluate/frechet.h"
#include "elbo/experiments/anomaly.h"
#include "elbo/experiments/experiments.h"
#include "elbo/experiments/load_run.h"
#include "elbo/experiments/study_session.h"
#include "elbo/experiments/train_on_generated.h"
#include "elbo/train/run_folder.h"
#include "elbo/train/train_run.h"

namespace elbo {
namespace {

using nlohmann::json;

struct StudyData {
  std::string normal, anomalous;
  bool generated = false;
  Dataset train, test, anomalous_test;
  /// Where the roles are exchanged.
  std::optional<Dataset> anomalous_train;
};

/// MNIST against Fashion-MNIST; without a network and without files, drawn digits against samples
/// of the Ising model.
StudyData load_data(const DataOptions& options, bool with_reverse) {
  const auto load = [&](const std::string& normal, const std::string& anomalous,
                        const std::string& query) {
    StudyData data;
    data.normal = normal;
    data.anomalous = anomalous;
    data.train = load_dataset(normal + ":train", options);
    data.test = load_dataset(normal + ":test", options);
    data.anomalous_test = load_dataset(anomalous + ":test" + query, options);
    if (with_reverse) data.anomalous_train = load_dataset(anomalous + ":train" + query, options);
    return data;
  };
  return load_or_draw([&] { return load("mnist", "fashion-mnist", ""); },
                      [&] {
                        StudyData data = load("strokes", "ising", "?size=28&count=2000");
                        data.generated = true;
                        return data;
                      });
}

class Study {
 public:
  explicit Study(const StudyOptions& options)
      : options_(options),
        plan_(study_plan(options.budget, options.seed)),
        session_(options, "main"),
        results_(session_.results()),
        data_(load_data(options.data, plan_.anomaly_reverse.has_value())) {}

  json run() {
    train_all();
    const FittedClassifier& judge = *judge_;
    const FittedVae& reconstruction = fitted(plan_.reconstruction);
    const FittedVae& latent = fitted(plan_.latent);
    const FittedVae& conditional = fitted(plan_.conditional);
    const FittedVae& explainer = fitted(plan_.likelihood);

    session_.stage("experiments");
    json summary;
    const json rebuilt = run_reconstruction(reconstruction, data_.test, results_, options_.seed);
    summary["reconstruction"] = {{"mse", rebuilt["mse"]}, {"latent", rebuilt["latent"]}};
    const json map = run_latent_map(
        latent, data_.test,
        {.reference = &data_.train, .search = plan_.search_latent, .seed = options_.seed},
        results_);
    summary["latent"] = {{"knn5_accuracy", map["knn5_accuracy"]},
                         {"mse", map["mse"]},
                         {"elbo_nats", map["elbo_nats"]}};
    if (map.contains("searched_mse")) summary["latent"]["searched_mse"] = map["searched_mse"];
    const json paths = run_interpolation(reconstruction, data_.test, &judge, {}, results_);
    for (const char* name :
         {"mean_path_length", "mean_length", "mean_energy", "mean_confidence_dip"}) {
      summary["interpolation"][name] = paths[name];
    }
    const json noise = run_robustness(reconstruction, &fitted(plan_.denoising), data_.test,
                                      {.seed = options_.seed}, results_);
    summary["robustness"]["curve"] = noise["models"].back()["curve"];
    summary["anomaly"] = anomaly(fitted(plan_.anomaly));
    if (plan_.anomaly_reverse) {
      summary["anomaly_reverse"] = anomaly_reverse(fitted(*plan_.anomaly_reverse));
    }
    json generated =
        run_conditional(conditional, judge, data_.test, {.seed = options_.seed}, results_);
    generated["classifier_test_accuracy"] =
        judge.accuracy(unit_examples(data_.test), *data_.test.labels);
    if (plan_.train_on_generated) {
      generated["train_on_generated_accuracy"] = train_on_generated(conditional);
    }
    results_.write("conditional", generated);
    for (const char* name : {"label_accuracy", "classifier_test_accuracy",
                             "classifier_frechet_distance", "train_on_generated_accuracy"}) {
      if (generated.contains(name)) summary["conditional"][name] = generated[name];
    }
    samples({{"reconstruction", &reconstruction}, {"latent", &latent}, {"likelihood", &explainer}},
            judge);
    summary["likelihood"] = likelihood(explainer);

    return session_.finish(
        summary,
        {{"normal", data_.normal}, {"anomalous", data_.anomalous}, {"generated", data_.generated}});
  }

 private:
  void train_all() {
    std::vector<Task> tasks = {training_of_judge(), training_of(plan_.reconstruction, data_.train),
                               training_of(plan_.latent, data_.train),
                               training_of(plan_.denoising, data_.train),
                               training_of(plan_.anomaly, data_.train)};
    if (plan_.anomaly_reverse) {
      tasks.push_back(training_of(*plan_.anomaly_reverse, *data_.anomalous_train));
    }
    tasks.push_back(training_of(plan_.conditional, data_.train));
    tasks.push_back(training_of(plan_.likelihood, data_.train));
    session_.run(std::move(tasks));
  }

  Task training_of_judge() {
    const auto train = [this](const TaskContext& context) {
      session_.stage("a classifier that will judge generated images");
      TrainedClassifier trained =
          train_classifier(data_.train, plan_.judge, session_.model_folder("judge"),
                           context.threads, session_.callbacks("judge", context));
      session_.count_earlier(trained.training, context);
      judge_ = std::move(trained.classifier);
      judge_->use_threads(options_.threads);
    };
    return {.name = "judge", .work = training_flops(data_.train, plan_.judge), .run = train};
  }

  Task training_of(StudyModel& model, const Dataset& data) {
    std::optional<FittedVae>& vae = fitted_[model.name];
    const auto train = [this, &model, &data, &vae](const TaskContext& context) {
      session_.stage("preset " + model.preset);
      vae = session_.train(model, data, context).vae;
      vae->use_threads(options_.threads);
    };
    return {.name = model.name, .work = training_flops(model.config, data), .run = train};
  }

  const FittedVae& fitted(const StudyModel& model) const { return *fitted_.at(model.name); }

  double train_on_generated(const FittedVae& conditional) {
    session_.stage("train-on-generated: a classifier that sees samples alone");
    const TrainedOnGenerated trained = elbo::train_on_generated(
        conditional, data_.test, *plan_.train_on_generated,
        session_.model_folder("train-on-generated"), session_.callbacks("train-on-generated", {}));
    session_.count_earlier(trained.training, {});
    return trained.accuracy;
  }

  AnomalyCalibration calibrated(const StudyModel& model, const FittedVae& vae, const Dataset& data,
                                const ScoreRequest& scores) const {
    const AnomalyCalibration calibration = calibrate(vae, held_out_examples(model.config, data),
                                                     {.false_alarm_rate = plan_.false_alarm_rate,
                                                      .settings = {.seed = options_.seed},
                                                      .scores = scores});
    const RunPaths paths(session_.model_folder(model.name));
    make_directory(paths.results());
    write_calibration(paths.results() / "calibration.json", calibration);
    return calibration;
  }

  /// The hard way round: images of clothes are normal, digits are not. A model finds the simpler
  /// digits nearly as likely as what it was trained on, so the bound by itself fails; scores that
  /// set it right stand beside it.
  json anomaly_reverse(const FittedVae& vae) {
    ScoreRequest scores{.names = usual_score_names(vae.model()),
                        .slow_examples = plan_.regret_count};
    scores.names.emplace_back("likelihood_regret");
    const AnomalyCalibration calibration =
        calibrated(*plan_.anomaly_reverse, vae, *data_.anomalous_train, scores);
    const json report = run_anomaly(vae, calibration, data_.anomalous_test, data_.test,
                                    {.chosen = "complexity_corrected",
                                     .name = "anomaly_reverse",
                                     .with_seed_rule = false,
                                     .scores = scores},
                                    results_);
    json areas;
    for (const json& score : report["scores"]) {
      areas[score["name"].get<std::string>()] = score["auroc"];
    }
    return {{"auroc", report["auroc"]}, {"auroc_by_score", areas}};
  }

  json anomaly(const FittedVae& vae) {
    const AnomalyCalibration calibration =
        calibrated(plan_.anomaly, vae, data_.train, {.names = usual_score_names(vae.model())});
    const json report =
        run_anomaly(vae, calibration, data_.test, data_.anomalous_test, {}, results_);
    return {{"accept_rate", report["accept_rate"]},
            {"false_accept_rate", report["false_accept_rate"]},
            {"auroc", report["auroc"]},
            {"seed_rule",
             {{"mnist_accept_rate", report["seed_rule"]["mnist_accept_rate"]},
              {"fashion_mnist_accept_rate", report["seed_rule"]["fashion_mnist_accept_rate"]}}}};
  }

  using NamedModels = std::vector<std::pair<std::string, const FittedVae*>>;

  /// Draws of the models' priors, and how far their features are from those of test images.
  void samples(const NamedModels& models_to_draw, const FittedClassifier& judge) {
    const Array real = judge.features(unit_examples(data_.test));
    json models = json::array();
    for (const auto& [name, vae] : models_to_draw) {
      const Array images = sample_images(*vae, 6, 12, options_.seed);
      const Array judged = judge.features(vae->sample(data_.test.count(), options_.seed));
      models.push_back({{"name", name},
                        {"images", results_.write_array("samples_" + name, images)},
                        {"classifier_frechet_distance", frechet_distance(judged, real)}});
    }
    results_.write("samples", {{"models", models}});
  }

  /// The importance-weighted bound of the model that is made for it, on the first test images.
  json likelihood(const FittedVae& vae) {
    const Dataset part = data_.test.first(plan_.likelihood_count);
    const LikelihoodReport bound =
        evaluate_likelihood(vae, part, plan_.importance_samples, options_.seed);
    json report{{"model", plan_.likelihood.preset},
                {"binarisation", vae.data_settings().binarisation},
                {"nll_nats", bound.nll_nats},
                {"importance_samples", bound.importance_samples},
                {"count", bound.count},
                {"elbo_nats", evaluate_bound(vae, part, options_.seed).elbo_nats}};
    if (const auto error = bound.nll_standard_error_nats) {
      report["nll_standard_error_nats"] = *error;
    }
    results_.write("likelihood", report);
    return report;
  }

  const StudyOptions& options_;
  StudyPlan plan_;
  StudySession session_;
  const ResultFolder& results_;
  StudyData data_;
  std::optional<FittedClassifier> judge_;
  /// By the models' names.
  std::map<std::string, std::optional<FittedVae>> fitted_;
};

}  // namespace

json run_study(const StudyOptions& options) {
  return Study(options).run();
}

}  // namespace elbo
