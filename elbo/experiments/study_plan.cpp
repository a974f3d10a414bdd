#include "elbo/experiments/study_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "elbo/experiments/budget.h"
#include "elbo/io/toml.h"
#include "elbo/train/presets.h"

namespace elbo {
namespace {

/// Passes over the data.
using Epochs = ByBudget<std::int64_t>;

StudyModel make_model(const std::string& name, const std::string& preset_name,
                      const std::string& budget, std::uint64_t seed, const Epochs& epochs) {
  StudyModel model = model_from_preset(name, preset_name, seed);
  model.config.train.epochs = epochs.of(budget);
  // Validation is for choosing weights and for the learning curves: a few of them are enough.
  const std::int64_t validations = budget == "quick" ? 4 : 12;
  model.config.train.validate_every = std::max<std::int64_t>(1, epochs.of(budget) / validations);
  return model;
}

}  // namespace

StudyModel model_from_preset(const std::string& name, const std::string& preset_name,
                             std::uint64_t seed) {
  StudyModel model{.name = name, .preset = preset_name, .config = {}};
  const Preset& preset = find_preset(preset_name);
  apply_tables(model.config, parse_toml(preset.toml, "preset " + preset.name));
  model.config.train.seed = static_cast<std::int64_t>(seed);
  return model;
}

StudyPlan study_plan(const std::string& budget, std::uint64_t seed) {
  check_budget(budget);
  StudyPlan plan;
  const auto model = [&](const std::string& name, const Epochs& epochs) {
    return make_model(name, "study-" + name, budget, seed, epochs);
  };
  // Convolutions need minutes for what dense layers have after seconds, and go on from there.
  const auto conv_when_full = [&](const std::string& name, const Epochs& epochs) {
    const std::string preset = "study-" + name + (budget == "full" ? "-conv" : "");
    return make_model(name, preset, budget, seed, epochs);
  };
  plan.reconstruction = conv_when_full("reconstruction", {2, 13, 30});
  plan.latent = model("latent", {6, 30, 160});
  plan.denoising = conv_when_full("denoising", {2, 12, 16});
  plan.anomaly = model("anomaly", {2, 8, 30});
  plan.conditional = model("conditional", {2, 18, 80});
  // A flow as the prior needs more than a minute to be worth having.
  const ByBudget<std::string> explainer{"likelihood-aevb", "study-likelihood", "likelihood-conv"};
  plan.likelihood = make_model("likelihood", explainer.of(budget), budget, seed, {1, 20, 32});
  if (budget == "quick") {
    // Trained for so short a time, the detector is less sharp: a few more false alarms keep
    // anomalies out.
    plan.false_alarm_rate = 0.007;
    // Smaller networks are further in the same few seconds: what a second layer gives comes later.
    for (StudyModel* model : {&plan.reconstruction, &plan.denoising}) {
      model->config.model.hidden = {400};
      model->config.train.learning_rate = 6e-3;
    }
    plan.conditional.config.model.hidden = {256, 256};
    plan.latent.config.train.learning_rate = 4e-3;
  } else {
    // Longer, and it finds digits more like clothes again: .9973 after 30.
    plan.anomaly_reverse = make_model("anomaly_reverse", "study-anomaly", budget, seed, {0, 4, 4});
  }
  if (budget == "standard") {
    plan.importance_samples = 500;
    plan.likelihood_count = 1000;
    plan.train_on_generated = {
        .count = 240000, .seed = seed, .classifier = {.epochs = 1, .seed = seed}};
  } else if (budget == "full") {
    plan.importance_samples = 5000;
    plan.likelihood_count = 1000;
    plan.regret_count = 4000;
    // Clothes take two layers where digits are the better for one.
    plan.anomaly_reverse->config.model.hidden = {512, 512};
    // In a hundred passes two latents learn their digits by heart, unless these move; then wider
    // layers help the encoder to the right place.
    plan.latent.config.data.distortion = 0.25;
    plan.latent.config.model.hidden = {512, 512, 256};
    plan.search_latent = true;
    plan.train_on_generated = {
        .count = 360000, .seed = seed, .classifier = {.epochs = 4, .seed = seed}};
  }
  plan.judge = {.epochs = Epochs{6, 8, 20}.of(budget), .distortion = 0.5, .seed = seed};
  plan.judge.network.dropout = 0.1;
  return plan;
}

}  // namespace elbo
