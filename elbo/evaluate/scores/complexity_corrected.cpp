// -ELBO(x) less the nats that x takes when compressed without loss. Serra et al. 2020, "Input
// complexity and out-of-distribution detection with likelihood-based generative models", eq. 2.
#include "elbo/evaluate/anomaly_score.h"
#include "elbo/evaluate/complexity.h"

namespace elbo {

AnomalyScore complexity_corrected_score() {
  return {.name = "complexity_corrected",
          .description = "negative ELBO less the length of the losslessly compressed image",
          .unit = "nats",
          .applies = [](const Vae& model) { return model.data().unit_interval; },
          .compute =
              [](const ScoreInput& input) {
                std::vector<double> scores = input.bound().negative_elbo;
                const std::vector<double> complexity =
                    compressed_nats(input.data(), input.vae().threads());
                for (std::size_t i = 0; i < scores.size(); ++i) scores[i] -= complexity[i];
                return scores;
              }};
}

}  // namespace elbo
