// A mixture of discretized logistics an element, each element with weights of its own: the 256
// levels of a pixel that may be one of several things (Salimans et al. 2017, section 2.1). The
// channels of a pixel are independent given the code; there is no autoregression between them.
#include "elbo/distributions/categorical.h"
#include "elbo/distributions/discretized_logistic.h"
#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/raw_outputs.h"

namespace elbo {
namespace {

constexpr std::int64_t kComponents = 5;

/// Components are the last axis: (..., D, K).
class MixtureOfLogistics : public Likelihood {
 public:
  MixtureOfLogistics(Categorical weights, DiscretizedLogistic components)
      : weights_(weights), components_(components) {}

  Value log_prob(Value x) const override {
    const Value each = components_.log_prob_per_element(expand_dims(x, -1));
    const Value joint = log_sum_exp(weights_.logits + each, {-1});
    return sum(joint - log_sum_exp(weights_.logits, {-1}), {-1});
  }
  Value mean() const override { return sum(weights_.probabilities() * components_.mean(), {-1}); }
  Value sample() const override { return sum(weights_.sample() * components_.sample(), {-1}); }

 private:
  Categorical weights_;
  DiscretizedLogistic components_;
};

std::unique_ptr<Likelihood> make(Value raw, const LikelihoodOptions&) {
  // Components begin evenly spread, or they would all learn the same.
  std::vector<double> spread;
  for (std::int64_t k = 0; k < kComponents; ++k) {
    spread.push_back((static_cast<double>(k) + 0.5) / static_cast<double>(kComponents) - 0.5);
  }
  const Value offsets = raw.graph().constant(spread, Shape{kComponents});
  const Value logits = by_element(raw_output(raw, 3, 0), kComponents);
  return std::make_unique<MixtureOfLogistics>(
      Categorical{logits},
      discretized_logistic(by_element(raw_output(raw, 3, 1), kComponents) + offsets,
                           by_element(raw_output(raw, 3, 2), kComponents)));
}

}  // namespace

LikelihoodKind mixture_of_logistics_likelihood() {
  return {.name = "mixture_of_logistics",
          .description = "the 256 levels of a pixel, a mixture of five discretized logistics",
          .outputs_per_element = 3 * kComponents,
          .describes_grey_pixels = true,
          .byte_levels = 256,
          .make = make};
}

}  // namespace elbo
