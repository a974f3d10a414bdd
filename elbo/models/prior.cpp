#include "elbo/models/prior.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {

Value Prior::kl_per_dimension(const DiagonalNormal&) const {
  return {};
}

std::vector<std::string> prior_names() {
  std::vector<std::string> names;
  for (const PriorKind& kind : prior_kinds()) names.push_back(kind.name);
  return names;
}

const PriorKind& find_prior(const std::string& name) {
  const auto& kinds = prior_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(),
                                  [&](const PriorKind& kind) { return kind.name == name; });
  if (found == kinds.end()) {
    throw UsageError("prior '{}' is not known{}", name, did_you_mean(name, prior_names()));
  }
  return *found;
}

}  // namespace elbo
