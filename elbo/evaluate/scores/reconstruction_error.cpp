// Mean squared error over the elements of an example, reconstructed from its code without noise.
#include "elbo/evaluate/anomaly_score.h"
#include "elbo/evaluate/bound.h"

namespace elbo {

AnomalyScore reconstruction_error_score() {
  return {.name = "reconstruction_error",
          .description = "mean squared error of the example's reconstruction",
          .unit = "",
          .compute = [](const ScoreInput& input) {
            return squared_error_per_example(input.vae().reconstruct(input.data()),
                                             unit_examples(input.data()));
          }};
}

}  // namespace elbo
