#include "elbo/train/culprit.h"

#include "elbo/base/finite.h"

namespace elbo {

std::string term_that_is_not_finite(const Plan& plan, std::size_t first_output,
                                    const NamedTerms& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!all_finite(plan.output(first_output + i))) return "'" + terms[i].first + "'";
  }
  return "the loss";
}

std::string gradient_that_is_not_finite(const ParameterLayout& layout,
                                        std::span<const float> gradients) {
  for (const ParameterSlot& slot : layout.slots()) {
    const auto part = gradients.subspan(static_cast<std::size_t>(slot.offset),
                                        static_cast<std::size_t>(slot.count));
    if (!all_finite(part)) return "the gradient of '" + slot.name + "'";
  }
  return "the norm of the gradient";
}

}  // namespace elbo
