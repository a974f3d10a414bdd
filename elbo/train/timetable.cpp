#include "elbo/train/timetable.h"

#include <algorithm>

namespace elbo {

Timetable::Timetable(const TrainingProblem& problem, const TrainSettings& settings)
    : examples_(static_cast<std::int64_t>(problem.split.train.size())),
      batch_size_(settings.batch_size),
      total_steps_(steps_until(settings.epochs)),
      warmup_steps_(steps_until(problem.warmup_epochs)),
      period_(std::max<std::int64_t>(1, total_steps_ / problem.warmup_cycles)),
      repeats_(problem.warmup_cycles > 1) {
  if (repeats_ && warmup_steps_ == 0) warmup_steps_ = std::max<std::int64_t>(1, period_ / 2);
}

std::int64_t Timetable::steps_until(std::int64_t epochs) const {
  return (epochs * examples_ + batch_size_ - 1) / batch_size_;
}

float Timetable::warmup_at(std::int64_t step) const {
  if (warmup_steps_ == 0) return 1;
  const std::int64_t position = repeats_ ? step % period_ : step;
  return static_cast<float>(
      std::min(1.0, static_cast<double>(position) / static_cast<double>(warmup_steps_)));
}

}  // namespace elbo
