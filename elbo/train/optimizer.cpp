#include "elbo/train/optimizer.h"

#include <algorithm>
#include <cmath>

#include "elbo/device/cpu/flat_ops.h"

namespace elbo {

double learning_rate_at(const TrainSettings& settings, std::int64_t step,
                        std::int64_t total_steps) {
  const double rate = settings.learning_rate;
  if (step < settings.warmup_steps) {
    return rate * static_cast<double>(step + 1) / static_cast<double>(settings.warmup_steps);
  }
  if (settings.schedule == "constant") return rate;
  const double span =
      static_cast<double>(std::max<std::int64_t>(1, total_steps - settings.warmup_steps));
  const double done = std::min(1.0, static_cast<double>(step - settings.warmup_steps) / span);
  return rate * 0.5 * (1 + std::cos(3.141592653589793 * done));
}

Optimizer::Optimizer(const TrainSettings& settings, std::int64_t size, int threads)
    : settings_(settings), threads_(threads), moment1_(static_cast<std::size_t>(size)) {
  if (settings.optimizer != "sgd") moment2_ = FlatBuffer(static_cast<std::size_t>(size));
}

void Optimizer::step(std::span<float> parameters, std::span<const float> gradients,
                     const OptimizerStep& step) {
  const auto scale = static_cast<float>(step.gradient_scale);
  const auto rate = static_cast<float>(step.learning_rate);
  const auto decay = static_cast<float>(settings_.weight_decay);
  const cpu::MovingAverage average{.values = step.average,
                                   .decay = static_cast<float>(step.average_decay)};
  if (settings_.optimizer == "sgd") {
    cpu::sgd_step({.learning_rate = rate, .weight_decay = decay, .gradient_scale = scale},
                  parameters, gradients, moment1_.values(), average, threads_, step.pass);
    return;
  }
  cpu::AdamStep adam = cpu::adam_at(step.number, step.learning_rate);
  adam.weight_decay = decay;
  adam.gradient_scale = scale;
  cpu::adam_step(adam, parameters, gradients, moment1_.values(), moment2_.values(), average,
                 threads_, step.pass);
}

std::vector<std::pair<std::string, std::span<float>>> Optimizer::state() {
  std::vector<std::pair<std::string, std::span<float>>> buffers{{"moment1", moment1_.values()}};
  if (moment2_.size() > 0) buffers.emplace_back("moment2", moment2_.values());
  return buffers;
}

}  // namespace elbo
