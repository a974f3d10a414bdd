// The latent map: where each example lands in two dimensions, and what every place decodes to.
#include <array>
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/data/classes.h"
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

/// Codes and labels that a classifier learns from, and those that it is tested on.
struct LabelledCodes {
  Array train_codes, train_labels, test_codes, test_labels;
  std::int64_t classes = 0;
};

/// Every second example of each class, and the others: data may come class by class.
LabelledCodes halves(const Array& means, const Dataset& test) {
  std::vector<bool> is_second(static_cast<std::size_t>(test.class_count()));
  std::array<std::vector<std::int32_t>, 2> half;
  const auto labels = test.labels->values<std::int32_t>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    half[is_second[label] ? 1 : 0].push_back(static_cast<std::int32_t>(i));
    is_second[label] = !is_second[label];
  }
  return {means.gather(half[0]), test.labels->gather(half[0]), means.gather(half[1]),
          test.labels->gather(half[1]), test.class_count()};
}

LabelledCodes against(const Dataset& reference, const FittedVae& vae, const Array& means,
                      const Dataset& test) {
  if (!reference.labels || reference.count() < kNeighbours) {
    throw UsageError("latent: --reference {}: needs at least {} labelled examples, has {}{}",
                     reference.spec, kNeighbours, reference.count(),
                     reference.labels ? "" : " without labels");
  }
  const Dataset named = with_classes(test, reference.class_names, reference.spec);
  return {vae.encode(reference).means, *reference.labels, means, *named.labels,
          reference.class_count()};
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
    const LabelledCodes codes = options.reference != nullptr
                                    ? against(*options.reference, vae, means, test)
                                    : halves(means, test);
    report["knn5_accuracy"] = knn_accuracy(codes.train_codes, codes.train_labels, codes.test_codes,
                                           codes.test_labels, kNeighbours, vae.threads());
    report["linear_probe_accuracy"] =
        linear_probe_accuracy(codes.train_codes, codes.train_labels, codes.test_codes,
                              codes.test_labels, codes.classes, vae.threads());
    report["labels"] = results.write_array("latent_labels", *test.labels);
    report["class_names"] = test.class_names;
  }
  const ImageShape& image = vae.model().data().image;
  // The grid's quantiles are those of the standard normal prior.
  const bool has_grid = !vae.model().is_conditional() && vae.model().settings().prior == "standard";
  if (can_be_drawn(image) && has_grid) {
    report["manifold"] = results.write_array(
        "latent_manifold", as_images(vae.decode(manifold_codes()), image, {kGrid, kGrid}));
    report["manifold_quantile_range"] = {kLowQuantile, kHighQuantile};
  }
  results.write("latent", report);
  return report;
}

}  // namespace elbo
