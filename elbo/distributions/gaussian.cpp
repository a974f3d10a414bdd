// Gaussian likelihoods. "gaussian" has one variance for all pixels, learned with the weights, so
// that the balance between reconstruction and KL sets itself (Rybkin, Daniilidis & Levine 2020,
// "Simple and effective VAE training with calibrated decoders"); "gaussian_fixed" is told it;
// "gaussian_per_pixel" lets the decoder give each pixel its own.
#include <cmath>

#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/raw_outputs.h"

namespace elbo {
namespace {

constexpr double kLogTwoPi = 1.8378770664093453;

class Gaussian : public Likelihood {
 public:
  Gaussian(Value mean, Value log_variance) : mean_(mean), log_variance_(log_variance) {}

  Value log_prob(Value x) const override {
    const Value squared = square(x - mean_) * exp(-log_variance_);
    return sum((squared + (log_variance_ + kLogTwoPi)) * -0.5, {-1});
  }
  Value mean() const override { return mean_; }
  Value sample() const override {
    return mean_ + exp(log_variance_ * 0.5) * mean_.graph().random_normal(mean_.shape());
  }

 private:
  Value mean_;
  Value log_variance_;
};

Value mean_of(Value location, const LikelihoodOptions& options) {
  return options.unit_interval ? sigmoid(location) : location;
}

std::unique_ptr<Likelihood> make_shared(Value raw, const LikelihoodOptions& options) {
  // Adam moves a parameter by about the learning rate a step, whatever its scale; times ten, the
  // variance finds its place within the first few hundred steps instead of the first few thousand.
  constexpr double kSpeed = 10;
  constexpr double kFirstLogVariance = -2;
  const Value scaled =
      raw.graph().parameter("likelihood.log_variance", Shape{},
                            {Initializer::Kind::constant, kFirstLogVariance / kSpeed});
  // Bounded below: pixels in 256 steps carry no more than that (1/256 squared is exp(-11)).
  const Value log_variance = clamp(scaled * kSpeed, -11, 5);
  return std::make_unique<Gaussian>(mean_of(raw, options), log_variance);
}

std::unique_ptr<Likelihood> make_fixed(Value raw, const LikelihoodOptions& options) {
  const Value log_variance = raw.graph().constant(2 * std::log(options.sigma));
  return std::make_unique<Gaussian>(mean_of(raw, options), log_variance);
}

std::unique_ptr<Likelihood> make_per_pixel(Value raw, const LikelihoodOptions& options) {
  const Value log_variance = clamp(raw_output(raw, 2, 1) - 2.0, -9, 5);
  return std::make_unique<Gaussian>(mean_of(raw_output(raw, 2, 0), options), log_variance);
}

}  // namespace

LikelihoodKind gaussian_likelihood() {
  return {.name = "gaussian",
          .description = "grey pixels, one variance learned for all",
          .outputs_per_element = 1,
          .describes_grey_pixels = true,
          .make = make_shared};
}

LikelihoodKind gaussian_fixed_likelihood() {
  return {.name = "gaussian_fixed",
          .description = "grey pixels, the standard deviation is model.sigma",
          .outputs_per_element = 1,
          .describes_grey_pixels = true,
          .make = make_fixed};
}

LikelihoodKind gaussian_per_pixel_likelihood() {
  return {.name = "gaussian_per_pixel",
          .description = "grey pixels, the decoder gives each its variance",
          .outputs_per_element = 2,
          .describes_grey_pixels = true,
          .make = make_per_pixel};
}

}  // namespace elbo
