// Bernoulli: binary pixels, from logits. With grey pixels in [0, 1] log_prob is the negative
// cross-entropy that many papers train on; that is not a likelihood of the data, and is labelled
// so.
#include "elbo/distributions/likelihood.h"

namespace elbo {
namespace {

class Bernoulli : public Likelihood {
 public:
  explicit Bernoulli(Value logits) : logits_(logits) {}

  /// x log p + (1 - x) log(1 - p) = x l - softplus(l), for any logit l without overflow.
  Value log_prob(Value x) const override { return sum(x * logits_ - softplus(logits_), {-1}); }
  Value mean() const override { return sigmoid(logits_); }
  Value sample() const override {
    return less(logits_.graph().random_uniform(logits_.shape()), mean());
  }

 private:
  Value logits_;
};

}  // namespace

LikelihoodKind bernoulli_likelihood() {
  return {.name = "bernoulli",
          .description = "binary pixels, from logits",
          .outputs_per_element = 1,
          .describes_grey_pixels = false,
          .needs_unit_interval = true,
          .make = [](Value raw, const LikelihoodOptions&) -> std::unique_ptr<Likelihood> {
            return std::make_unique<Bernoulli>(raw);
          }};
}

}  // namespace elbo
