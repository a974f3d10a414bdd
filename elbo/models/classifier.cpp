#include "elbo/models/classifier.h"

#include "elbo/nn/layers.h"

namespace elbo {

Value classifier_features(Value x, const DataShape& data, const ClassifierOptions& options,
                          bool training) {
  const NetworkOptions network{.family = data.image.height > 1 ? "conv" : "mlp",
                               .hidden = {},
                               .channels = options.channels,
                               .kernel = options.kernel,
                               .activation = "relu",
                               .normalization = "none"};
  const double rate = training ? options.dropout : 0;
  const Value h = dropout(encoder_network("classifier", x, Value(), data.image, network), rate);
  return relu(dense("classifier.hidden", h, options.hidden, WeightInit::he));
}

Categorical classify(Value x, const DataShape& data, const ClassifierOptions& options,
                     bool training) {
  const Value features = classifier_features(x, data, options, training);
  const double rate = training ? options.dropout : 0;
  return {dense("classifier.output", dropout(features, rate), data.class_count)};
}

}  // namespace elbo
