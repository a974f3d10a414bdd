// The best posterior for each single example, found by gradient descent: what the encoder, which
// serves all examples at once, leaves on the table.
#pragma once

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {

struct PosteriorSearchOptions {
  std::uint64_t seed = 1;
  /// RunContext::same_noise.
  bool same_noise = false;
  /// Of Adam, at least 1.
  std::int64_t steps = 100;
  /// Of its first step; falls to 0 as half a cosine.
  double learning_rate = 0.05;
  /// Codes drawn from the prior that compete with the encoder's as the place to begin: of use for
  /// two or three latents, where they get everywhere.
  std::int64_t starts = 0;
  /// Draws of z a step.
  std::int64_t search_samples = 2;
  /// Draws of z that both bounds are means over; the same noise for both.
  std::int64_t evaluation_samples = 32;
  std::int64_t batch_size = 100;
};

/// ELBOs of each example in nats, (M): with the encoder's posterior, and with the best that was
/// found. The difference is at least 0 but for the noise of their draws.
struct PosteriorSearch {
  std::vector<double> encoder_elbo, best_elbo;
  /// Of the best posteriors, as FittedVae::encode() gives those of the encoder: (M, L).
  Array best_codes;
};

/// Maximises the ELBO of each example over the mean and the log variance of its own diagonal
/// normal, from the encoder's on, or from a draw of the prior where that promises more; decoder and
/// prior stay as they are (with a flow posterior the flow and its context do, too). Each step has
/// new noise, which depends on seed, step and the example's place (or not even on that:
/// same_noise), not on the batches. With dynamic binarisation pixels are drawn once. Throws
/// Interrupted when the user asks to stop, and as FittedVae::check. Cremer, Li & Duvenaud 2018,
/// "Inference suboptimality in variational autoencoders": the amortisation gap.
PosteriorSearch search_posteriors(const FittedVae& vae, const Dataset& data,
                                  const PosteriorSearchOptions& options);

}  // namespace elbo
