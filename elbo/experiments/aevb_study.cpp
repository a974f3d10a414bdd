#include "elbo/experiments/aevb_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "elbo/data/source.h"
#include "elbo/experiments/bound_curve.h"
#include "elbo/experiments/experiments.h"
#include "elbo/experiments/study_session.h"
#include "elbo/train/run_folder.h"
#include "elbo/train/train_run.h"

namespace elbo {
namespace {

using nlohmann::json;

struct TrainAndTest {
  Dataset train, test;
  bool generated = false;
};

TrainAndTest load_data(const AevbPlan& plan, const DataOptions& options) {
  return load_or_draw(
      [&] {
        return TrainAndTest{load_dataset(plan.train, options), load_dataset(plan.test, options),
                            false};
      },
      [&] {
        return TrainAndTest{load_dataset("strokes:train", options),
                            load_dataset("strokes:test", options), true};
      });
}

class AevbStudy {
 public:
  AevbStudy(const StudyOptions& options, AevbPlan plan)
      : options_(options),
        plan_(std::move(plan)),
        session_(options, "aevb", /*grows=*/true),
        data_(load_data(plan_, options.data)) {}

  json run() {
    json models = json::array(), bounds = json::array();
    std::map<std::int64_t, FittedVae> fitted;
    for (Trained& trained : train_all()) {
      const std::int64_t latent = trained.vae->model().latent();
      json points = json::array();
      for (const BoundPoint& point : trained.curve.points()) points.push_back(to_json(point));
      const BoundPoint& last = trained.curve.points().back();
      models.push_back({{"name", trained.name}, {"latent", latent}, {"curve", points}});
      bounds.push_back({{"latent", latent},
                        {"train_elbo_nats", last.train_elbo_nats},
                        {"test_elbo_nats", last.test_elbo_nats},
                        {"examples", last.examples}});
      fitted.emplace(latent, *std::move(trained.vae));
    }
    session_.stage("manifold and samples");
    write_bounds(models);
    if (const auto plane = fitted.find(2); plane != fitted.end()) {
      run_latent_map(plane->second, data_.test, {.reference = &data_.train, .seed = options_.seed},
                     session_.results());
    }
    draw_samples(fitted);
    return session_.finish({{"lower_bound", bounds}},
                           {{"normal", name_of_data()}, {"generated", data_.generated}});
  }

 private:
  struct Trained {
    std::string name;
    BoundCurve curve;
    std::optional<FittedVae> vae;
  };

  std::vector<Trained> train_all() {
    std::vector<Trained> all;
    for (const StudyModel& model : plan_.models) {
      const RunPaths paths(session_.model_folder(model.name));
      all.push_back({model.name, BoundCurve(paths.results() / "bound_curve.json"), std::nullopt});
    }
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < all.size(); ++i) {
      StudyModel& model = plan_.models[i];
      model.config.train.epochs = plan_.milestones.back();
      const auto task = [this, &model, &trained = all[i]](const TaskContext& context) {
        trained.vae = train(model, trained.curve, context);
        trained.vae->use_threads(options_.threads);
      };
      tasks.push_back(
          {.name = model.name, .work = training_flops(model.config, data_.train), .run = task});
    }
    session_.run(std::move(tasks));
    return all;
  }

  /// Trains from milestone to milestone; at each the bound is estimated with the weights of that
  /// moment, on training and test examples alike.
  FittedVae train(StudyModel& model, BoundCurve& curve, const TaskContext& context) {
    session_.stage("preset " + model.preset);
    for (const std::int64_t epochs : plan_.milestones) {
      const bool is_last = epochs == plan_.milestones.back();
      if (curve.has(epochs) && !is_last) continue;
      model.config.train.epochs = epochs;
      TrainedModel trained = session_.train(model, data_.train, context, plan_.milestones.back());
      // A run that was begun with a larger budget may be past this milestone.
      const std::int64_t done = trained.training.epochs;
      if (!curve.has(done)) {
        curve.add(bound_point(trained.vae, done, data_.train, data_.test, plan_.bound_count,
                              options_.seed));
      }
      if (is_last) return std::move(trained.vae);
    }
    throw UsageError("study aevb: expected at least one milestone for {}, found none", model.name);
  }

  /// The data spec without its split: "mnist".
  std::string name_of_data() const {
    return data_.train.spec.substr(0, data_.train.spec.find(':'));
  }

  void write_bounds(const json& models) {
    const RunConfig& config = plan_.models.front().config;
    session_.results().write("aevb",
                             {{"binarisation", config.data.binarisation},
                              {"hidden", config.model.hidden},
                              {"activation", config.model.activation},
                              {"optimizer", config.train.optimizer},
                              {"learning_rate", config.train.learning_rate},
                              {"average_decay", config.train.average_decay},
                              {"batch_size", config.train.batch_size},
                              {"bound_count", std::min(plan_.bound_count, data_.test.count())},
                              {"models", models}});
  }

  void draw_samples(const std::map<std::int64_t, FittedVae>& fitted) {
    constexpr std::int64_t kRows = 4, kColumns = 16;
    json models = json::array();
    for (const std::int64_t latent : plan_.sampled) {
      const auto found = fitted.find(latent);
      if (found == fitted.end()) continue;
      const Array images = sample_images(found->second, kRows, kColumns, options_.seed);
      models.push_back({{"name", fmt::format("{} latents", latent)},
                        {"images", session_.results().write_array(
                                       fmt::format("samples_latent_{}", latent), images)}});
    }
    session_.results().write("samples", {{"models", models}});
  }

  const StudyOptions& options_;
  AevbPlan plan_;
  StudySession session_;
  TrainAndTest data_;
};

}  // namespace

json run_aevb_study(const StudyOptions& options, AevbPlan plan) {
  return AevbStudy(options, std::move(plan)).run();
}

}  // namespace elbo
