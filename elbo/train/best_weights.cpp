#include "elbo/train/best_weights.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "elbo/base/check.h"

namespace elbo {

bool BestWeights::judge(std::int64_t epoch, const TermMeans& validation,
                        std::span<const float> weights) {
  const auto found = std::ranges::find(validation, monitored_, &TermMeans::value_type::first);
  ELBO_ASSERT(found != validation.end());
  if (!(found->second > best_)) {  // nor is what is no number
    ++stale_;
    return false;
  }
  best_ = found->second;
  epoch_ = epoch;
  stale_ = 0;
  keep(weights);
  return true;
}

void BestWeights::keep(std::span<const float> weights) {
  std::ranges::copy(weights, weights_.values().begin());
}

void BestWeights::save(nlohmann::json& progress) const {
  progress["best_epoch"] = epoch_;
  progress["best_monitored"] = nullptr;
  if (std::isfinite(best_)) progress["best_monitored"] = best_;
  progress["stale_validations"] = stale_;
}

void BestWeights::load(const nlohmann::json& progress) {
  epoch_ = progress.at("best_epoch").get<std::int64_t>();
  best_ = progress.at("best_monitored").is_null() ? -std::numeric_limits<double>::infinity()
                                                  : progress.at("best_monitored").get<double>();
  stale_ = progress.at("stale_validations").get<std::int64_t>();
}

}  // namespace elbo
