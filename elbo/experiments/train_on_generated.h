// Train on generated, test on real: what a classifier learns from a conditional model's samples
// alone. It is low when samples look wrong and when they are all alike (Ravuri & Vinyals 2019,
// "Classification accuracy score for conditional generative models"). As there, the classifier is
// trained the way classifiers are: each sample is shifted, turned, stretched and sharpened a
// little. Nothing of a real image goes into it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/classifier.h"

namespace elbo {

/// `count` samples of the model as a labelled data set of bytes, the classes in turn. Throws
/// UsageError when the model is not conditional or its data are no pixels.
Dataset generated_dataset(const FittedVae& vae, std::int64_t count, std::uint64_t seed);

struct TrainOnGeneratedOptions {
  /// Samples in all, those for validation included.
  std::int64_t count = 360000;
  std::uint64_t seed = 1;
  ClassifierSettings classifier;
};

struct TrainedOnGenerated {
  /// Share of real test examples that the classifier labels rightly.
  double accuracy = 0;
  TrainingResult training;
};

/// With a folder it keeps checkpoints there and continues from them.
TrainedOnGenerated train_on_generated(const FittedVae& vae, const Dataset& test,
                                      const TrainOnGeneratedOptions& options,
                                      const std::filesystem::path& folder,
                                      const TrainingCallbacks& callbacks);

}  // namespace elbo
