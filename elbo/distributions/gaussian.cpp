// Gaussian likelihoods. "gaussian" has one variance for all pixels, learned with the weights, so
// that the balance between reconstruction and KL sets itself (Rybkin, Daniilidis & Levine 2020,
// "Simple and effective VAE training with calibrated decoders"). "gaussian_per_pixel" lets the
// decoder give each pixel its own.
#include "elbo/distributions/likelihood.h"

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

std::unique_ptr<Likelihood> make_shared(Value raw, bool unit_interval) {
  // Adam moves a parameter by about the learning rate a step, whatever its scale; times ten, the
  // variance finds its place within the first few hundred steps instead of the first few thousand.
  constexpr double kSpeed = 10;
  constexpr double kFirstLogVariance = -2;
  const Value scaled =
      raw.graph().parameter("likelihood.log_variance", Shape{},
                            {Initializer::Kind::constant, kFirstLogVariance / kSpeed});
  // Bounded below: pixels in 256 steps carry no more than that (1/256 squared is exp(-11)).
  const Value log_variance = clamp(scaled * kSpeed, -11, 5);
  return std::make_unique<Gaussian>(unit_interval ? sigmoid(raw) : raw, log_variance);
}

std::unique_ptr<Likelihood> make_per_pixel(Value raw, bool unit_interval) {
  const int last = raw.shape().rank() - 1;
  const std::int64_t size = raw.shape()[last].size / 2;
  const Value location = slice(raw, last, 0, size);
  const Value log_variance = slice(raw, last, size, 2 * size);
  const Value mean = unit_interval ? sigmoid(location) : location;
  return std::make_unique<Gaussian>(mean, clamp(log_variance - 2.0, -9, 5));
}

}  // namespace

LikelihoodKind gaussian_likelihood() {
  return {.name = "gaussian",
          .description = "grey pixels, one variance learned for all",
          .outputs_per_element = 1,
          .describes_grey_pixels = true,
          .make = make_shared};
}

LikelihoodKind gaussian_per_pixel_likelihood() {
  return {.name = "gaussian_per_pixel",
          .description = "grey pixels, the decoder gives each its variance",
          .outputs_per_element = 2,
          .describes_grey_pixels = true,
          .make = make_per_pixel};
}

}  // namespace elbo
