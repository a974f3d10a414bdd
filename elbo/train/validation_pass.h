// The held-out examples, through a plan of their own that computes terms and no gradients.
#pragma once

#include <cstdint>

#include "elbo/device/plan.h"
#include "elbo/feed/batches.h"
#include "elbo/train/trainer.h"

namespace elbo {

class ValidationPass {
 public:
  /// The split must hold examples out. Reads `parameters` whenever it runs.
  ValidationPass(const TrainingProblem& problem, const float* parameters, std::uint64_t seed,
                 int threads);

  /// Means of the validation terms, with the same noise every time.
  TermMeans run();

 private:
  const TrainingProblem& problem_;
  std::uint64_t seed_;
  std::int64_t batch_size_;
  BatchBinding binding_;
  Plan plan_;
};

}  // namespace elbo
