// The latent map: where each example lands in two dimensions, and what every place decodes to.
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "elbo/evaluate/linear_probe.h"
#include "elbo/evaluate/nearest.h"
#include "elbo/evaluate/normal_quantile.h"
#include "elbo/evaluate/posterior_search.h"
#include "elbo/experiments/experiments.h"

namespace elbo {
namespace {

constexpr std::int64_t kGrid = 20;
constexpr double kLowQuantile = 0.03, kHighQuantile = 0.97;
constexpr int kNeighbours = 5;

/// Codes on a grid that is even in probability under the prior; the second coordinate falls from
/// row to row, so that the picture has its axes the usual way.
Array manifold_codes() {
  Array codes(DType::f32, {kGrid * kGrid, 2});
  const auto at = [](std::int64_t i) {
    const double share = static_cast<double>(i) / static_cast<double>(kGrid - 1);
    return static_cast<float>(
        normal_quantile(kLowQuantile + share * (kHighQuantile - kLowQuantile)));
  };
  for (std::int64_t row = 0; row < kGrid; ++row) {
    for (std::int64_t column = 0; column < kGrid; ++column) {
      const auto code = codes.row<float>(row * kGrid + column);
      code[0] = at(column);
      code[1] = at(kGrid - 1 - row);
    }
  }
  return codes;
}

std::vector<std::int32_t> range(std::int64_t first, std::int64_t last) {
  std::vector<std::int32_t> indices(static_cast<std::size_t>(last - first));
  std::iota(indices.begin(), indices.end(), static_cast<std::int32_t>(first));
  return indices;
}

/// Codes and labels that a classifier learns from, and those that it is tested on.
struct LabelledCodes {
  Array train_codes, train_labels, test_codes, test_labels;
};

LabelledCodes labelled_codes(const FittedVae& vae, const Array& means, const Dataset& test,
                             const Dataset* reference) {
  if (reference != nullptr) {
    return {vae.encode(*reference).means, *reference->labels, means, *test.labels};
  }
  const std::int64_t half = test.count() / 2;
  const auto first = range(0, half), second = range(half, test.count());
  return {means.gather(first), test.labels->gather(first), means.gather(second),
          test.labels->gather(second)};
}

/// Error and bound with the best code that a search finds for each example, beginning at the
/// encoder's or wherever in the plane it looks best.
nlohmann::json searched(const FittedVae& vae, const Dataset& test, std::uint64_t seed) {
  const PosteriorSearchOptions options{.seed = seed, .starts = 400};
  const PosteriorSearch found = search_posteriors(vae, test, options);
  const Array* labels = test.labels ? &*test.labels : nullptr;
  const double elbo = std::accumulate(found.best_elbo.begin(), found.best_elbo.end(), 0.0) /
                      static_cast<double>(found.best_elbo.size());
  return {{"searched_mse",
           mean_squared_error(vae.decode(found.best_codes, labels), unit_examples(test))},
          {"searched_elbo_nats", elbo},
          {"search", {{"starts", options.starts}, {"steps", options.steps}}}};
}

}  // namespace

nlohmann::json run_latent_map(const FittedVae& vae, const Dataset& test,
                              const LatentMapOptions& options, const ResultFolder& results) {
  if (vae.model().latent() != 2) {
    throw UsageError(
        "latent: the map needs a model of 2 latent dimensions, this one has {}; train one with "
        "--preset mlp-2d or --set model.latent=2",
        vae.model().latent());
  }
  const BoundReport bound = evaluate_bound(vae, test, options.seed);
  const Array means = vae.encode(test).means;
  nlohmann::json report{{"data", test.spec},
                        {"mse", bound.mse},
                        {"elbo_nats", bound.elbo_nats},
                        {"log_likelihood_nats", bound.log_likelihood_nats},
                        {"kl_nats", bound.kl_nats},
                        {"means", results.write_array("latent_means", means)}};
  if (bound.psnr_db) report["psnr_db"] = *bound.psnr_db;
  if (options.search) report.update(searched(vae, test, options.seed));
  if (test.labels && test.class_count() > 1 && test.count() > 4 * kNeighbours) {
    const LabelledCodes codes = labelled_codes(vae, means, test, options.reference);
    report["knn5_accuracy"] = knn_accuracy(codes.train_codes, codes.train_labels, codes.test_codes,
                                           codes.test_labels, kNeighbours, vae.threads());
    report["linear_probe_accuracy"] =
        linear_probe_accuracy(codes.train_codes, codes.train_labels, codes.test_codes,
                              codes.test_labels, test.class_count(), vae.threads());
    report["labels"] = results.write_array("latent_labels", *test.labels);
    report["class_names"] = test.class_names;
  }
  const ImageShape& image = vae.model().data().image;
  // The grid's quantiles are those of the standard normal prior.
  const bool has_grid = !vae.model().is_conditional() && vae.model().settings().prior == "standard";
  if (image.height > 1 && image.width > 1 && has_grid) {
    report["manifold"] = results.write_array(
        "latent_manifold", as_images(vae.decode(manifold_codes()), image, {kGrid, kGrid}));
    report["manifold_quantile_range"] = {kLowQuantile, kHighQuantile};
  }
  results.write("latent", report);
  return report;
}

}  // namespace elbo
