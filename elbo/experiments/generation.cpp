// Generation: draws of the prior, decoded, and whether they look like the class that was asked for.
#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "elbo/evaluate/frechet.h"
#include "elbo/experiments/experiments.h"

namespace elbo {
namespace {

Array repeated_label(std::int64_t label, std::int64_t count) {
  return Array::from(
      std::vector<std::int32_t>(static_cast<std::size_t>(count), static_cast<std::int32_t>(label)),
      {count});
}

}  // namespace

Array sample_images(const FittedVae& vae, std::int64_t rows, std::int64_t columns,
                    std::uint64_t seed, std::optional<std::int64_t> label) {
  const ImageShape& image = vae.model().data().image;
  require_images(image, "generate");
  const std::int64_t count = rows * columns;
  if (!vae.model().is_conditional()) {
    return as_images(vae.sample(count, seed), image, {rows, columns});
  }
  const std::int64_t classes = vae.model().data().class_count;
  if (label && (*label < 0 || *label >= classes)) {
    throw UsageError("generate: label {}: the model knows classes 0 to {}", *label, classes - 1);
  }
  // Without a label each row is a class of its own, in turn.
  Array labels(DType::i32, {count});
  for (std::int64_t i = 0; i < count; ++i) {
    labels.values<std::int32_t>()[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(label.value_or(i / columns % classes));
  }
  return as_images(vae.sample(count, seed, &labels), image, {rows, columns});
}

nlohmann::json run_conditional(const FittedVae& vae, const FittedClassifier& judge,
                               const Dataset& test, const ConditionalOptions& options,
                               const ResultFolder& results) {
  if (!vae.model().is_conditional()) {
    throw UsageError(
        "generate by class: needs a conditional model; train with "
        "--set model.name=conditional_vae");
  }
  const ImageShape& image = vae.model().data().image;
  const std::int64_t classes = vae.model().data().class_count;
  std::vector<double> per_class;
  std::vector<Array> shown, features;
  double right = 0;
  for (std::int64_t label = 0; label < classes; ++label) {
    const Array labels = repeated_label(label, options.per_class);
    // Every class draws its own codes.
    const Array samples =
        vae.sample(options.per_class, options.seed + static_cast<std::uint64_t>(label), &labels);
    per_class.push_back(judge.accuracy(samples, labels));
    right += per_class.back();
    features.push_back(judge.features(samples));
    shown.push_back(samples.slice(0, std::min(options.columns, options.per_class)));
  }
  nlohmann::json report{{"label_accuracy", right / static_cast<double>(classes)},
                        {"count", classes * options.per_class},
                        {"class_names", test.class_names},
                        {"per_class_accuracy", per_class},
                        {"classifier_frechet_distance",
                         frechet_distance(stacked(features), judge.features(unit_examples(test)))}};
  report["images"] = results.write_array(
      "conditional_images", as_images(stacked(shown), image, {classes, shown.front().extent(0)}));
  results.write("conditional", report);
  return report;
}

}  // namespace elbo
