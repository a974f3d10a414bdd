#include "elbo/data/dataset.h"

namespace elbo {

Dataset Dataset::subset(const std::vector<std::int32_t>& indices) const {
  Dataset part;
  part.spec = spec;
  part.examples = examples.gather(indices);
  part.example = example;
  if (labels) part.labels = labels->gather(indices);
  part.class_names = class_names;
  if (targets) part.targets = targets->gather(indices);
  return part;
}

}  // namespace elbo
