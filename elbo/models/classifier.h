// A small convolutional classifier: only used to judge generated images.
#pragma once

#include "elbo/distributions/categorical.h"
#include "elbo/models/vae.h"

namespace elbo {

struct ClassifierOptions {
  std::vector<std::int64_t> channels = {16, 32};
  std::int64_t kernel = 5;
  std::int64_t hidden = 128;
  double dropout = 0.3;
};

/// What the classifier's last layer sees: x (N, D) in [0, 1] -> (N, hidden), none negative.
Value classifier_features(Value x, const DataShape& data, const ClassifierOptions& options,
                          bool training);

/// p(class | x): x (N, D) in [0, 1]. `training` switches dropout on.
Categorical classify(Value x, const DataShape& data, const ClassifierOptions& options,
                     bool training);

}  // namespace elbo
