#include "elbo/data/dataset.h"

#include <algorithm>
#include <numeric>

namespace elbo {

Dataset Dataset::subset(const std::vector<std::int32_t>& indices) const {
  Dataset part;
  part.spec = spec;
  part.examples = examples.gather(indices);
  part.example = example;
  if (labels) part.labels = labels->gather(indices);
  part.class_names = class_names;
  if (!files.empty()) {
    for (const std::int32_t index : indices) {
      part.files.push_back(files[static_cast<std::size_t>(index)]);
    }
  }
  part.columns = columns;
  if (targets) part.targets = targets->gather(indices);
  return part;
}

Dataset Dataset::first(std::int64_t count) const {
  std::vector<std::int32_t> indices(static_cast<std::size_t>(std::min(count, this->count())));
  std::iota(indices.begin(), indices.end(), 0);
  return subset(indices);
}

}  // namespace elbo
