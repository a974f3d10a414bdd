#include "elbo/models/classifier.h"

#include "elbo/nn/layers.h"

namespace elbo {

Categorical classify(Value x, const DataShape& data, const ClassifierOptions& options,
                     bool training) {
  const NetworkOptions network{.family = data.image.height > 1 ? "conv" : "mlp",
                               .hidden = {},
                               .channels = options.channels,
                               .kernel = options.kernel,
                               .activation = "relu",
                               .normalization = "none"};
  const double rate = training ? options.dropout : 0;
  Value h = dropout(encoder_network("classifier", x, Value(), data.image, network), rate);
  h = relu(dense("classifier.hidden", h, options.hidden, WeightInit::he));
  return {dense("classifier.output", dropout(h, rate), data.class_count)};
}

}  // namespace elbo
