#include "elbo/train/step_guard.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace elbo {
namespace {

constexpr std::int64_t kMostInARow = 5;
constexpr std::int64_t kMostRestored = 4;
/// A gradient this many times as long as the mean of the last hundred or so is a spike.
constexpr double kSpike = 100;
constexpr std::int64_t kMeasuredFirst = 100;
constexpr double kMeanDecay = 0.99;

}  // namespace

StepGuard::Verdict StepGuard::judge(double loss, double norm) {
  if (!std::isfinite(loss) || !std::isfinite(norm)) {
    ++skipped_;
    if (++bad_in_a_row_ < kMostInARow) return Verdict::skip;
    if (taken_ == 0 || restored_ == kMostRestored) return Verdict::stop;
    ++restored_;
    factor_ /= 2;
    taken_ = bad_in_a_row_ = measured_ = 0;
    return Verdict::restore;
  }
  bad_in_a_row_ = 0;
  if (measured_ >= kMeasuredFirst && norm > kSpike * mean_norm_) {
    // Several in a row are no spike: gradients are that long now.
    if (++spikes_in_a_row_ < kMostInARow) {
      ++skipped_;
      return Verdict::skip_spike;
    }
    measured_ = 0;
  }
  spikes_in_a_row_ = 0;
  // Early on the mean follows quickly.
  const double decay = std::min(kMeanDecay, 1 - 1 / static_cast<double>(measured_ + 1));
  mean_norm_ = decay * mean_norm_ + (1 - decay) * norm;
  ++measured_;
  ++taken_;
  loss_sum_ += loss;
  ++loss_count_;
  return Verdict::take;
}

bool StepGuard::ends_well() {
  if (loss_count_ == 0) return false;
  const double mean = loss_sum_ / static_cast<double>(loss_count_);
  loss_sum_ = 0;
  loss_count_ = 0;
  // A warm-up makes losses grow, a divergence more than that.
  const double allowed = least_loss_ ? *least_loss_ + std::abs(*least_loss_) / 2 : mean;
  least_loss_ = std::min(mean, least_loss_.value_or(mean));
  return mean <= allowed && bad_in_a_row_ == 0;
}

std::int64_t StepGuard::take_skipped() {
  return std::exchange(skipped_, 0);
}

nlohmann::json StepGuard::save() const {
  return {{"skipped", skipped_},
          {"bad_in_a_row", bad_in_a_row_},
          {"taken", taken_},
          {"spikes_in_a_row", spikes_in_a_row_},
          {"measured", measured_},
          {"mean_norm", mean_norm_},
          {"restored", restored_},
          {"learning_rate_factor", factor_},
          {"loss_sum", loss_sum_},
          {"loss_count", loss_count_},
          {"least_loss", least_loss_ ? nlohmann::json(*least_loss_) : nlohmann::json(nullptr)}};
}

void StepGuard::load(const nlohmann::json& saved) {
  skipped_ = saved.at("skipped").get<std::int64_t>();
  bad_in_a_row_ = saved.at("bad_in_a_row").get<std::int64_t>();
  taken_ = saved.at("taken").get<std::int64_t>();
  spikes_in_a_row_ = saved.at("spikes_in_a_row").get<std::int64_t>();
  measured_ = saved.at("measured").get<std::int64_t>();
  mean_norm_ = saved.at("mean_norm").get<double>();
  restored_ = saved.at("restored").get<std::int64_t>();
  factor_ = saved.at("learning_rate_factor").get<double>();
  loss_sum_ = saved.at("loss_sum").get<double>();
  loss_count_ = saved.at("loss_count").get<std::int64_t>();
  least_loss_.reset();
  if (!saved.at("least_loss").is_null()) least_loss_ = saved.at("least_loss").get<double>();
}

}  // namespace elbo
