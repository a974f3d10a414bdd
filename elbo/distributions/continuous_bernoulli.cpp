// Continuous Bernoulli: grey pixels in [0, 1], from logits. It is the Bernoulli with the constant
// that makes it a density of [0, 1], so that the nats of grey pixels are a likelihood
// (Loaiza-Ganem & Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in
// variational autoencoders").
//
// With logit l the density is l e^(l x) / (e^l - 1). Each quotient below is 0 / 0 at l = 0, where
// its series takes over; the branch that isn't taken gets a harmless argument, so that its gradient
// stays finite.
#include "elbo/distributions/likelihood.h"

namespace elbo {
namespace {

/// Below it the series as they are cut off here are good to single precision, gradients included.
constexpr double kNear = 0.5;

Value value_like(Value x, double value) {
  return x.graph().constant(value);
}

class ContinuousBernoulli : public Likelihood {
 public:
  explicit ContinuousBernoulli(Value logits)
      : logits_(logits),
        is_near_(less(absolute(logits), value_like(logits, kNear))),
        near_(select(is_near_, logits, value_like(logits, 0)) * 0.5),
        far_(select(is_near_, value_like(logits, 1), logits) * 0.5) {}

  /// x l - softplus(l) + log C, with C = l / tanh(l / 2).
  Value log_prob(Value x) const override {
    return sum(x * logits_ - softplus(logits_) + log_constant(), {-1});
  }
  /// 1 / 2 + (coth(l / 2) - 2 / l) / 2.
  Value mean() const override {
    const Value square_near = square(near_);
    const Value series = near_ * (1.0 / 3 + square_near * (-1.0 / 45 + square_near * (2.0 / 945)));
    return 0.5 + 0.5 * select(is_near_, series, 1.0 / tanh(far_) - 1.0 / far_);
  }
  /// By the inverse of the distribution function, drawn on the side where it decays.
  Value sample() const override {
    const Value u = logits_.graph().random_uniform(logits_.shape());
    const Value decay = absolute(logits_);
    // Below it a straight line with its first bend is better than a quotient of small numbers.
    constexpr double kStraight = 0.02;
    const Value is_straight = less(decay, value_like(decay, kStraight));
    const Value rate = select(is_straight, value_like(decay, 1), decay);
    const Value bent = u - decay * (u * (1.0 - u)) * 0.5;
    const Value y = select(is_straight, bent, -log(1.0 - u + u * exp(-rate)) / rate);
    return clamp(select(less(logits_, value_like(logits_, 0)), y, 1.0 - y), 0, 1);
  }

 private:
  /// log(2 h coth h), h = l / 2, an even function.
  Value log_constant() const {
    constexpr double kLogTwo = 0.6931471805599453;
    const Value square_near = square(near_);
    const Value series =
        square_near *
        (1.0 / 3 +
         square_near * (-7.0 / 90 + square_near * (62.0 / 2835 - square_near * (127.0 / 18900))));
    const Value h = absolute(far_);
    return kLogTwo + select(is_near_, series, log(h) - log(tanh(h)));
  }

  Value logits_;
  Value is_near_;
  /// Half the logit where the series holds, else 0; half the logit elsewhere, else 1 / 2.
  Value near_, far_;
};

}  // namespace

LikelihoodKind continuous_bernoulli_likelihood() {
  return {.name = "continuous_bernoulli",
          .description = "grey pixels, a Bernoulli made a density of [0, 1]",
          .outputs_per_element = 1,
          .describes_grey_pixels = true,
          .needs_unit_interval = true,
          .make = [](Value raw, const LikelihoodOptions&) -> std::unique_ptr<Likelihood> {
            return std::make_unique<ContinuousBernoulli>(raw);
          }};
}

}  // namespace elbo
