// Robustness: what is left of an image's noise after a pass through the model.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "elbo/evaluate/bound.h"
#include "elbo/experiments/examples.h"
#include "elbo/experiments/experiments.h"

namespace elbo {
namespace {

/// clean + sigma * noise, clipped. Every sigma scales the same noise.
Array with_noise(const Array& clean, const Array& noise, double sigma) {
  Array noisy = clean;
  const auto draws = noise.values<float>();
  const auto pixels = noisy.values<float>();
  const auto scale = static_cast<float>(sigma);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = std::clamp(pixels[i] + scale * draws[i], 0.0f, 1.0f);
  }
  return noisy;
}

struct Candidate {
  const char* name;
  const FittedVae* vae;
};

}  // namespace

nlohmann::json run_robustness(const FittedVae& plain, const FittedVae* denoising,
                              const Dataset& test, const RobustnessOptions& options,
                              const ResultFolder& results) {
  const ImageShape& image = plain.model().data().image;
  require_images(image, "robustness");
  plain.check(test);
  std::vector<Candidate> candidates = {{"plain", &plain}};
  if (denoising != nullptr) candidates.push_back({"denoising", denoising});

  const Array clean = unit_examples(test);
  const Array noise = standard_normal(clean.extent(0), clean.extent(1), options.seed);
  const std::vector<std::int32_t> shown = first_of_each_class(test);
  std::vector<Array> picture = {clean.gather(shown)};
  nlohmann::json row_names = {"clean"};
  std::vector<nlohmann::json> curves(candidates.size(), nlohmann::json::array());
  for (const double sigma : options.sigmas) {
    const Array noisy = with_noise(clean, noise, sigma);
    const double input_mse = mean_squared_error(noisy, clean);
    const bool in_picture =
        std::find(options.shown.begin(), options.shown.end(), sigma) != options.shown.end();
    if (in_picture) {
      picture.push_back(noisy.gather(shown));
      row_names.push_back(fmt::format("σ = {}", sigma));
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Array rebuilt = candidates[i].vae->reconstruct(noisy, test);
      const double mse = mean_squared_error(rebuilt, clean);
      curves[i].push_back({{"sigma", sigma},
                           {"mse", mse},
                           {"psnr_db", psnr_from_mse(mse)},
                           {"input_mse", input_mse}});
      if (in_picture) {
        picture.push_back(rebuilt.gather(shown));
        row_names.push_back(candidates[i].name);
      }
    }
  }
  nlohmann::json report{{"data", test.spec}, {"models", nlohmann::json::array()}};
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    report["models"].push_back({{"name", candidates[i].name}, {"curve", curves[i]}});
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
