// The experiments: a trained model and data in, numbers and arrays out. Each lives in a file of its
// own and returns the JSON object that it has also written to the results folder.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/classifier.h"
#include "elbo/experiments/result_folder.h"

namespace elbo {

/// How well the model rebuilds data that it has not seen. Writes reconstruction.json.
nlohmann::json run_reconstruction(const FittedVae& vae, const Dataset& test,
                                  const ResultFolder& results, std::uint64_t seed);

struct LatentMapOptions {
  /// Where neighbours are looked for (the training data); null: among the first half of the test
  /// data for its second half.
  const Dataset* reference = nullptr;
  /// Also search for the best code of each example: what the decoder could do with a perfect
  /// encoder.
  bool search = false;
  std::uint64_t seed = 1;
};
/// The map of a two-dimensional latent space: codes, their neighbours' labels, the decoded
/// manifold. Writes latent.json. Throws UsageError for another latent size.
nlohmann::json run_latent_map(const FittedVae& vae, const Dataset& test,
                              const LatentMapOptions& options, const ResultFolder& results);

struct InterpolationOptions {
  /// Class indices, or example indices when the data has no classes. Empty: a few that look
  /// different.
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  std::int64_t steps = 11;
};
/// Straight, great-circle and geodesic paths between codes of two examples. `judge` may be null.
/// Writes interpolation.json.
nlohmann::json run_interpolation(const FittedVae& vae, const Dataset& test,
                                 const FittedClassifier* judge, const InterpolationOptions& options,
                                 const ResultFolder& results);

struct RobustnessOptions {
  std::vector<double> sigmas = {0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0};
  /// Those that the picture shows.
  std::vector<double> shown = {0.25, 0.5};
  std::uint64_t seed = 1;
};
/// Error to the clean image when the input carries Gaussian noise, clipped to [0, 1]. `denoising`
/// may be null. Writes robustness.json.
nlohmann::json run_robustness(const FittedVae& plain, const FittedVae* denoising,
                              const Dataset& test, const RobustnessOptions& options,
                              const ResultFolder& results);

/// Draws of the prior, decoded, for each class (conditional models) or at all: conditional.json or
/// samples.json is what the callers make of it. Rows of `columns` draws.
Array sample_images(const FittedVae& vae, std::int64_t rows, std::int64_t columns,
                    std::uint64_t seed, std::optional<std::int64_t> label = std::nullopt);

struct ConditionalOptions {
  /// Samples a class that the judge sees.
  std::int64_t per_class = 1000;
  std::int64_t columns = 12;
  std::uint64_t seed = 1;
};
/// Does a sample look like the class that was asked for, and are samples as varied as `test`?
/// Writes conditional.json.
nlohmann::json run_conditional(const FittedVae& vae, const FittedClassifier& judge,
                               const Dataset& test, const ConditionalOptions& options,
                               const ResultFolder& results);

}  // namespace elbo
