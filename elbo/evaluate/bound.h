// How well a model explains data: the ELBO and its terms, and the K-sample importance-weighted
// bound.
#pragma once

#include <cstdint>
#include <optional>

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {

/// Means over examples; sums over dimensions; nats.
struct BoundReport {
  std::int64_t count = 0;
  double elbo_nats = 0;
  double log_likelihood_nats = 0;
  double kl_nats = 0;
  /// Of the mean of p(x | z) at the posterior mean to the data, mean over pixels.
  double mse = 0;
  /// Of pixels only.
  std::optional<double> psnr_db;
  /// Latent dimensions whose posterior mean varies over the data by more than 0.01 (Burda, Grosse &
  /// Salakhutdinov 2015, section 5.2).
  std::int64_t active_units = 0;
};

BoundReport evaluate_bound(const FittedVae& vae, const Dataset& data, std::uint64_t seed);

struct LikelihoodReport {
  std::int64_t count = 0;
  std::int64_t importance_samples = 0;
  /// -log of the mean importance weight, a bound on -log p(x) from above that falls with K.
  double nll_nats = 0;
  /// Over examples; one example has none.
  std::optional<double> nll_standard_error_nats;
};

/// -log of the mean of `samples` importance weights of each example, in nats, (M): a bound on -log
/// p(x) from above. Burda, Grosse & Salakhutdinov 2015, eq. 8. With dynamic binarisation all
/// samples explain the same pixels, drawn once. same_noise: RunContext::same_noise.
std::vector<double> importance_weighted_nll(const FittedVae& vae, const Dataset& data,
                                            std::int64_t samples, std::uint64_t seed,
                                            bool same_noise = false);

/// The mean of it over the data, with exactly `samples` samples an example, in chunks, in log
/// space.
LikelihoodReport evaluate_likelihood(const FittedVae& vae, const Dataset& data,
                                     std::int64_t samples, std::uint64_t seed);

/// Nats an example, summed over its dimensions, as bits a dimension: of use where nats are of a
/// probability mass, which a code could reach.
double bits_per_dim(double nats, std::int64_t dimensions);

/// 10 log10(1 / mse), for pixels in [0, 1].
double psnr_from_mse(double mse);

/// Over all elements of an f32 array.
double mean_of(const Array& values);

/// Mean squared difference of each row, as a node: (N, D) and (N, D) -> (N).
Value squared_error_of_rows(Value a, Value b);
/// Mean squared difference; arrays of one shape, f32.
double mean_squared_error(const Array& a, const Array& b);
/// The same an example: (M, D) and (M, D) -> (M).
std::vector<double> squared_error_per_example(const Array& a, const Array& b);

/// A data set's examples as f32 (M, D), pixels in [0, 1].
Array unit_examples(const Dataset& data);

}  // namespace elbo
