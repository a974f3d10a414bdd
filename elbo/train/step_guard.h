// What keeps a bad batch, or a step too far, from spoiling a run. It sees the loss and the norm of
// the gradient before the parameters change, and says what to do.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace elbo {

class StepGuard {
 public:
  enum class Verdict : std::uint8_t {
    take,
    /// The loss or the gradient is not finite: change nothing.
    skip,
    /// The gradient is far longer than those before it: change nothing.
    skip_spike,
    /// Several steps in a row were not finite, while there were good ones since the last good state
    /// was kept: go back to it, with half the learning rate.
    restore,
    /// The same, and going back would not help.
    stop,
  };

  Verdict judge(double loss, double norm);
  /// Ends an epoch: true when its last step was a good one and its mean loss is near the best
  /// epoch's or below, so that its state is one to go back to.
  bool ends_well();
  /// The state before the step that was judged last has been kept as a good one.
  void kept_good_state() { taken_ = 1; }

  /// Skipped since the last call.
  std::int64_t take_skipped();
  /// 1, or less after going back.
  double learning_rate_factor() const { return factor_; }
  void use_whole_learning_rate() { factor_ = 1; }
  /// False while no step has been good.
  bool has_taken_steps() const { return measured_ > 0; }
  std::int64_t bad_in_a_row() const { return bad_in_a_row_; }

  nlohmann::json save() const;
  /// Takes over what save() gave; throws nlohmann's errors for what it can't have given.
  void load(const nlohmann::json& saved);

 private:
  std::int64_t skipped_ = 0, bad_in_a_row_ = 0, spikes_in_a_row_ = 0;
  /// Good steps since a good state was kept, and those that the mean norm is of.
  std::int64_t taken_ = 0, measured_ = 0;
  std::int64_t restored_ = 0;
  double mean_norm_ = 0, factor_ = 1;
  /// Of this epoch's good steps, and the least mean of an epoch's.
  double loss_sum_ = 0;
  std::int64_t loss_count_ = 0;
  std::optional<double> least_loss_;
};

}  // namespace elbo
