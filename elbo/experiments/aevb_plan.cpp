#include "elbo/experiments/aevb_plan.h"

#include <fmt/format.h>

#include "elbo/experiments/budget.h"

namespace elbo {
namespace {

/// 1, 2, 3, 5, 7, 10, 14, 20, ...: about even on a logarithmic axis, up to `last`.
std::vector<std::int64_t> milestones_until(std::int64_t last) {
  std::vector<std::int64_t> milestones;
  for (std::int64_t decade = 1; decade < last; decade *= 10) {
    for (const double step : {1.0, 1.4, 2.0, 3.0, 5.0, 7.0}) {
      const auto epochs = static_cast<std::int64_t>(step * static_cast<double>(decade));
      const bool is_new = milestones.empty() || epochs > milestones.back();
      if (is_new && epochs < last) milestones.push_back(epochs);
    }
  }
  milestones.push_back(last);
  return milestones;
}

StudyModel model_of_size(std::int64_t latent, std::uint64_t seed) {
  StudyModel model = model_from_preset(fmt::format("latent_{}", latent), "likelihood-aevb", seed);
  RunConfig& config = model.config;
  config.model.latent = latent;
  // The bound is estimated on the test set instead, and nothing is chosen by it.
  config.data.validation = 0;
  config.train.batch_size = 100;
  // A constant rate makes a curve's every point what a training of that length would have reached.
  config.train.schedule = "constant";
  config.train.learning_rate = 2e-3;
  return model;
}

}  // namespace

AevbPlan aevb_plan(const std::string& budget, std::uint64_t seed) {
  check_budget(budget);
  AevbPlan plan;
  const std::vector<std::int64_t> all = {2, 3, 5, 10, 20, 200};
  const ByBudget<std::vector<std::int64_t>> sizes{{2, 5, 10, 20}, all, all};
  for (const std::int64_t latent : sizes.of(budget)) {
    plan.models.push_back(model_of_size(latent, seed));
  }
  plan.milestones = milestones_until(ByBudget<std::int64_t>{4, 28, 300}.of(budget));
  return plan;
}

}  // namespace elbo
