#include "elbo/experiments/train_on_generated.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/data/distort.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/result_folder.h"

namespace elbo {

Dataset generated_dataset(const FittedVae& vae, std::int64_t count, std::uint64_t seed) {
  const DataShape& shape = vae.model().data();
  if (!vae.model().is_conditional() || !shape.unit_interval) {
    throw UsageError(
        "train on generated: needs a conditional model of pixels; train with "
        "--set model.name=conditional_vae");
  }
  Dataset data;
  data.spec = "generated";
  data.example = {shape.image.height, shape.image.width, shape.image.channels};
  data.labels = Array(DType::i32, {count});
  for (std::int64_t i = 0; i < count; ++i) {
    data.labels->values<std::int32_t>()[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(i % shape.class_count);
  }
  for (std::int64_t c = 0; c < shape.class_count; ++c) {
    data.class_names.push_back(std::to_string(c));
  }
  // In parts: floats take four times the memory of the bytes that are kept.
  constexpr std::int64_t kPart = 10000;
  data.examples = Array(DType::u8, {count, shape.image.size()});
  const Array codes = vae.sample_codes(count, seed);
  for (std::int64_t first = 0; first < count; first += kPart) {
    const std::int64_t last = std::min(count, first + kPart);
    const Array labels = data.labels->slice(first, last);
    const Array images =
        as_images(vae.decode(codes.slice(first, last), &labels), shape.image, {last - first});
    std::copy(images.bytes().begin(), images.bytes().end(),
              data.examples.bytes().begin() + first * shape.image.size());
  }
  return data;
}

TrainedOnGenerated train_on_generated(const FittedVae& vae, const Dataset& test,
                                      const TrainOnGeneratedOptions& options,
                                      const std::filesystem::path& folder,
                                      const TrainingCallbacks& callbacks) {
  vae.check(test);
  Dataset samples = generated_dataset(vae, options.count, options.seed);
  distort(samples, Distortion(), options.seed, 0, vae.threads(), samples.examples);
  const TrainedClassifier trained =
      train_classifier(samples, options.classifier, folder, vae.threads(), callbacks);
  return {trained.classifier.accuracy(unit_examples(test), *test.labels), trained.training};
}

}  // namespace elbo
