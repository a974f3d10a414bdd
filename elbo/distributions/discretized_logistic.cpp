#include "elbo/distributions/discretized_logistic.h"

#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/raw_outputs.h"

namespace elbo {
namespace {

constexpr double kHalfLevel = 0.5 / 255;
constexpr double kLogLevel = -5.541263545158426;  // log(1 / 255)

/// log(1 - exp(-d)) for d = exp(log_d) > 0. For small d by its series, as 1 - exp(-d) would keep
/// few digits.
Value log_one_minus_exp(Value log_d) {
  const Value d = exp(log_d);
  const Value is_small = less(d, d.graph().constant(0.5));
  const Value small = select(is_small, d, d.graph().constant(0));
  const Value large = select(is_small, d.graph().constant(1), d);
  const Value series = log_d + small * (-0.5 + small * (1.0 / 24 - square(small) * (1.0 / 2880)));
  return select(is_small, series, log(1.0 - exp(-large)));
}

/// The nearest of 0, 1/255, ..., 1 to x in [0, 1], found bit by bit.
Value nearest_level(Value x) {
  const Value scaled = x * 255.0;
  Value level = x.graph().constant(0);
  for (double bit = 128; bit >= 1; bit /= 2) {
    level = level + bit * (1.0 - less(scaled, level + (bit - 0.5)));
  }
  return level * (1.0 / 255);
}

}  // namespace

// With a and b the standardised upper and lower end of x's interval, the mass in between is
//   sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)),
// three factors without cancellation whose logarithms are finite for any parameters; a - b is a
// level in units of the scale.
Value DiscretizedLogistic::log_prob_per_element(Value x) const {
  const Value inverse_scale = exp(-log_scale);
  const Value distance = x - location;
  const Value log_below = -softplus((distance + kHalfLevel) * -inverse_scale);
  const Value log_above = -softplus((distance - kHalfLevel) * inverse_scale);
  const Value between = log_below + log_above + log_one_minus_exp(kLogLevel - log_scale);
  const Value is_lowest = less(x, x.graph().constant(kHalfLevel));
  const Value is_highest = less(x.graph().constant(1 - kHalfLevel), x);
  return select(is_lowest, log_below, select(is_highest, log_above, between));
}

// The integral over t in [0, 1] of P(X > t).
Value DiscretizedLogistic::mean() const {
  const Value inverse_scale = exp(-log_scale);
  return exp(log_scale) *
         (softplus(location * inverse_scale) - softplus((location - 1.0) * inverse_scale));
}

Value DiscretizedLogistic::sample() const {
  // Uniforms are multiples of 2^-24 below 1; half a step keeps the logarithm of 0 finite.
  const Shape shape = broadcast(location.shape(), log_scale.shape(), "DiscretizedLogistic::sample");
  Graph& graph = location.graph();
  const Value u = maximum(graph.random_uniform(shape), graph.constant(0x1p-25));
  return nearest_level(clamp(location + exp(log_scale) * (log(u) - log(1.0 - u)), 0, 1));
}

DiscretizedLogistic discretized_logistic(Value raw_location, Value raw_log_scale) {
  // exp(-8) is a tenth of a level.
  return {.location = raw_location + 0.5, .log_scale = clamp(raw_log_scale - 2.0, -8, 3)};
}

namespace {

class DiscretizedLogisticPixels : public Likelihood {
 public:
  explicit DiscretizedLogisticPixels(DiscretizedLogistic pixels) : pixels_(pixels) {}

  Value log_prob(Value x) const override { return sum(pixels_.log_prob_per_element(x), {-1}); }
  Value mean() const override { return pixels_.mean(); }
  Value sample() const override { return pixels_.sample(); }

 private:
  DiscretizedLogistic pixels_;
};

}  // namespace

LikelihoodKind discretized_logistic_likelihood() {
  return {.name = "discretized_logistic",
          .description = "the 256 levels of a pixel, the decoder gives location and scale",
          .outputs_per_element = 2,
          .describes_grey_pixels = true,
          .byte_levels = 256,
          .make = [](Value raw, const LikelihoodOptions&) -> std::unique_ptr<Likelihood> {
            return std::make_unique<DiscretizedLogisticPixels>(
                discretized_logistic(raw_output(raw, 2, 0), raw_output(raw, 2, 1)));
          }};
}

}  // namespace elbo
