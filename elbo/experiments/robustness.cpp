// Robustness: what is left of an image's noise after a pass through the model.
#include <fmt/format.h>

#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/examples.h"
#include "elbo/experiments/experiments.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

struct Candidate {
  const char* name;
  const FittedVae* vae;
};

/// (N, D) each: images, x + sigma * noise, clipped, and what the model makes of that.
struct NoisyBatch {
  Value clean, input, rebuilt;
};

/// The noise of an example is the same for every sigma and every model.
NoisyBatch noisy_batch(const Vae& model, const BatchNodes& nodes, double sigma) {
  const Value clean = nodes.examples(), condition = nodes.one_hot_labels();
  const Value noise = clean.graph().random_normal(clean.shape());
  const Value input = clamp(clean + noise * sigma, 0, 1);
  const Value code = model.code(model.posterior(input, condition));
  return {.clean = clean, .input = input, .rebuilt = model.likelihood(code, condition)->mean()};
}

using NoisyOutputs = std::function<std::vector<Value>(const NoisyBatch&)>;

std::vector<Array> run_noisy(const FittedVae& vae, const Dataset& data, double sigma,
                             std::uint64_t seed, const NoisyOutputs& outputs) {
  PassOptions options = vae.pass();
  options.seed = seed;
  return run_pass(data, vae.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
    return outputs(noisy_batch(vae.model(), nodes, sigma));
  });
}

nlohmann::json curve(const FittedVae& vae, const Dataset& test, const RobustnessOptions& options) {
  nlohmann::json points = nlohmann::json::array();
  for (const double sigma : options.sigmas) {
    const auto errors = run_noisy(vae, test, sigma, options.seed, [](const NoisyBatch& batch) {
      return std::vector<Value>{squared_error_of_rows(batch.rebuilt, batch.clean),
                                squared_error_of_rows(batch.input, batch.clean)};
    });
    const double mse = mean_of(errors[0]);
    points.push_back({{"sigma", sigma},
                      {"mse", mse},
                      {"psnr_db", psnr_from_mse(mse)},
                      {"input_mse", mean_of(errors[1])}});
  }
  return points;
}

}  // namespace

nlohmann::json run_robustness(const FittedVae& plain, const FittedVae* denoising,
                              const Dataset& test, const RobustnessOptions& options,
                              const ResultFolder& results) {
  const ImageShape& image = plain.model().data().image;
  require_images(image, "robustness");
  if (!plain.model().data().unit_interval) {
    throw UsageError(
        "robustness: needs a model of pixels in [0, 1], which noise is clipped to; this one was "
        "trained on other numbers");
  }
  std::vector<Candidate> candidates = {{"plain", &plain}};
  if (denoising != nullptr) candidates.push_back({"denoising", denoising});
  for (const Candidate& candidate : candidates) candidate.vae->check(test);

  const std::vector<std::int32_t> shown = first_of_each_class(test);
  const Dataset part = test.subset(shown);
  std::vector<Array> picture = {unit_examples(part)};
  nlohmann::json row_names = {"clean"};
  for (const double sigma : options.shown) {
    for (const Candidate& candidate : candidates) {
      std::vector<Array> images =
          run_noisy(*candidate.vae, part, sigma, options.seed, [](const NoisyBatch& batch) {
            return std::vector<Value>{batch.input, batch.rebuilt};
          });
      if (&candidate == &candidates.front()) {
        picture.push_back(std::move(images[0]));
        row_names.push_back(fmt::format("σ = {}", sigma));
      }
      picture.push_back(std::move(images[1]));
      row_names.push_back(candidate.name);
    }
  }
  nlohmann::json report{{"data", test.spec}, {"models", nlohmann::json::array()}};
  for (const Candidate& candidate : candidates) {
    report["models"].push_back(
        {{"name", candidate.name}, {"curve", curve(*candidate.vae, test, options)}});
  }
  report["images"] = results.write_array("robustness_images",
                                         as_images(stacked(picture), image,
                                                   {static_cast<std::int64_t>(picture.size()),
                                                    static_cast<std::int64_t>(shown.size())}));
  report["image_rows"] = row_names;
  results.write("robustness", report);
  return report;
}

}  // namespace elbo
