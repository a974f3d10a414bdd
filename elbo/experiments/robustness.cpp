// Robustness: what is left of an image's noise after a pass through the model.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "elbo/base/philox.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/examples.h"
#include "elbo/experiments/experiments.h"

namespace elbo {
namespace {

/// clean + sigma * noise, clipped. The same noise for every sigma.
Array with_noise(const Array& clean, double sigma, std::uint64_t seed) {
  Array noisy = clean;
  constexpr std::uint32_t kStream = 0x6e6f6900;
  RandomSequence random(seed, kStream);
  for (float& pixel : noisy.values<float>()) {
    const double value = static_cast<double>(pixel) + sigma * random.next_normal();
    pixel = static_cast<float>(std::clamp(value, 0.0, 1.0));
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
  const std::vector<std::int32_t> shown = first_of_each_class(test);
  std::vector<Array> picture = {clean.gather(shown)};
  nlohmann::json row_names = {"clean"};
  std::vector<nlohmann::json> curves(candidates.size(), nlohmann::json::array());
  for (const double sigma : options.sigmas) {
    const Array noisy = with_noise(clean, sigma, options.seed);
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
