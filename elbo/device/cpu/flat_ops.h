// Loops over flat buffers of parameters: one vectorised pass each, split between threads. Results
// do not depend on the number of threads. Subnormal numbers are taken for zero.
#pragma once

#include <cstdint>
#include <span>

#include "elbo/device/parameter_pass.h"

namespace elbo::cpu {

/// A moving average of the parameters, which the pass that changes them takes along:
/// values += (1 - decay) * (parameters - values). Without values there is none.
struct MovingAverage {
  std::span<float> values = {};
  float decay = 0;
};

struct AdamStep {
  float learning_rate = 1e-3f;
  float beta1 = 0.9f;
  float beta2 = 0.999f;
  float epsilon = 1e-8f;
  /// 1 / (1 - beta^t).
  float correction1 = 1;
  float correction2 = 1;
  /// Weights shrink by learning_rate * weight_decay, apart from the gradient (AdamW).
  float weight_decay = 0;
  /// Gradients are multiplied by it first (clipping).
  float gradient_scale = 1;
};

/// The step with that number, from 0 on: the moments' bias towards their zero beginning is
/// corrected.
AdamStep adam_at(std::int64_t number, double learning_rate);

/// Kingma & Ba 2014, algorithm 1, with decoupled weight decay (Loshchilov & Hutter 2017).
/// All spans have one length. pass: whom each piece of the parameters is told to; null: nobody.
void adam_step(const AdamStep& step, std::span<float> parameters, std::span<const float> gradients,
               std::span<float> moment1, std::span<float> moment2, const MovingAverage& average,
               int threads, const ParameterPass* pass = nullptr);

struct SgdStep {
  float learning_rate = 1e-2f;
  float momentum = 0.9f;
  float weight_decay = 0;
  float gradient_scale = 1;
};

/// velocity = momentum * velocity + gradient; parameters -= learning_rate * velocity.
void sgd_step(const SgdStep& step, std::span<float> parameters, std::span<const float> gradients,
              std::span<float> velocity, const MovingAverage& average, int threads,
              const ParameterPass* pass = nullptr);

/// Sum of x^2, in double precision; not finite when an element isn't. pass: whose pieces x is made
/// of; each thread takes those that it will take in the pass, which finds them in its cache.
double sum_of_squares(std::span<const float> x, int threads, const ParameterPass* pass = nullptr);

}  // namespace elbo::cpu
