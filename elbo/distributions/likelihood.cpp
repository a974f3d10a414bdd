#include "elbo/distributions/likelihood.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {

const std::vector<LikelihoodKind>& likelihood_kinds() {
  static const std::vector<LikelihoodKind> kinds = {
      bernoulli_likelihood(),
      gaussian_likelihood(),
      gaussian_fixed_likelihood(),
      gaussian_per_pixel_likelihood(),
      continuous_bernoulli_likelihood(),
      discretized_logistic_likelihood(),
      mixture_of_logistics_likelihood(),
      student_t_likelihood(),
      categorical_likelihood(),
  };
  return kinds;
}

std::vector<std::string> likelihood_names() {
  std::vector<std::string> names;
  for (const LikelihoodKind& kind : likelihood_kinds()) names.push_back(kind.name);
  return names;
}

const LikelihoodKind& find_likelihood(const std::string& name) {
  const auto& kinds = likelihood_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(),
                                  [&](const LikelihoodKind& kind) { return kind.name == name; });
  if (found == kinds.end()) {
    throw UsageError("likelihood '{}' is not known{}", name,
                     did_you_mean(name, likelihood_names()));
  }
  return *found;
}

}  // namespace elbo
