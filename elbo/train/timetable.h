// What happens at which step of a run: where epochs end, and how far the warm-up of the objective
// has come. Epochs end where the stream of examples has been through all of them, wherever that
// falls in a batch.
#pragma once

#include <cstdint>

#include "elbo/train/settings.h"
#include "elbo/train/trainer.h"

namespace elbo {

class Timetable {
 public:
  Timetable(const TrainingProblem& problem, const TrainSettings& settings);

  /// Examples of an epoch.
  std::int64_t examples() const { return examples_; }
  std::int64_t total_steps() const { return total_steps_; }
  /// Steps that are done when `epochs` epochs are.
  std::int64_t steps_until(std::int64_t epochs) const;
  /// From 0 to 1 over the warm-up, again in each of its cycles.
  float warmup_at(std::int64_t step) const;

 private:
  std::int64_t examples_, batch_size_, total_steps_;
  /// Steps of a warm-up, 0 for none, and from the beginning of one to that of the next.
  std::int64_t warmup_steps_, period_;
  bool repeats_;
};

}  // namespace elbo
