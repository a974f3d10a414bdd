// The judge of generated images: a small convolutional classifier, trained with the same engine.
#pragma once

#include <filesystem>
#include <functional>

#include "elbo/evaluate/forward_pass.h"
#include "elbo/models/classifier.h"
#include "elbo/train/trainer.h"

namespace elbo {

struct ClassifierSettings {
  ClassifierOptions network = {};
  std::int64_t epochs = 4;
  std::int64_t batch_size = 64;
  double learning_rate = 3e-3;
  double validation = 0.0833;
  /// See TrainingProblem.
  double distortion = 0;
  std::uint64_t seed = 1;
};

class FittedClassifier {
 public:
  FittedClassifier(DataShape shape, ClassifierOptions network, ParameterMap parameters, int threads)
      : shape_(shape),
        network_(std::move(network)),
        parameters_(std::move(parameters)),
        threads_(threads) {}

  void use_threads(int threads) { threads_ = threads; }
  /// Class probabilities of images (M, D) f32 in [0, 1]: (M, C).
  Array probabilities(const Array& images) const;
  /// What its last layer sees of images (M, D) f32 in [0, 1]: (M, hidden).
  Array features(const Array& images) const;
  /// Share of images whose most probable class is the label.
  double accuracy(const Array& images, const Array& labels) const;

 private:
  /// What `build` makes of each image.
  Array pass_over(const Array& images, const std::function<Value(Value)>& build) const;

  DataShape shape_;
  ClassifierOptions network_;
  ParameterMap parameters_;
  int threads_;
};

/// Floating-point operations of training it, about.
double training_flops(const Dataset& data, const ClassifierSettings& settings);

struct TrainedClassifier {
  FittedClassifier classifier;
  TrainingResult training;
};

/// Trains on labelled data; keeps checkpoints in the folder and continues from them.
TrainedClassifier train_classifier(const Dataset& data, const ClassifierSettings& settings,
                                   const std::filesystem::path& folder, int threads,
                                   const TrainingCallbacks& callbacks);

/// Index of the largest entry of each row.
std::vector<std::int32_t> most_probable(const Array& probabilities);

}  // namespace elbo
