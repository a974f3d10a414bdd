// Student's t: numbers with outliers. The decoder gives each element a location and a log scale;
// the degrees of freedom are a setting (Takahashi et al. 2018, "Student-t variational autoencoder
// for robust density estimation", learns them an element).
#include <cmath>

#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/raw_outputs.h"

namespace elbo {
namespace {

constexpr double kPi = 3.141592653589793;

class StudentT : public Likelihood {
 public:
  StudentT(Value location, Value log_scale, double degrees_of_freedom)
      : location_(location), log_scale_(log_scale), degrees_of_freedom_(degrees_of_freedom) {}

  Value log_prob(Value x) const override {
    const double nu = degrees_of_freedom_;
    const double constant =
        std::lgamma((nu + 1) / 2) - std::lgamma(nu / 2) - 0.5 * std::log(nu * kPi);
    const Value squared = square((x - location_) * exp(-log_scale_));
    return sum(log(1.0 + squared * (1 / nu)) * (-(nu + 1) / 2) + (constant - log_scale_), {-1});
  }
  Value mean() const override { return location_; }
  /// Bailey 1994, "Polar generation of random variates with the t-distribution": the radius of a
  /// round bivariate t by the inverse of its distribution function, times the cosine of its angle,
  /// which is that of two normal numbers.
  Value sample() const override {
    Graph& graph = location_.graph();
    const Shape& shape = location_.shape();
    // Uniforms are multiples of 2^-24; half a step keeps the logarithm of 0 finite.
    const Value u = maximum(graph.random_uniform(shape), graph.constant(0x1p-25));
    const double nu = degrees_of_freedom_;
    const Value radius = sqrt(maximum(exp(log(u) * (-2 / nu)) - 1.0, graph.constant(0)) * nu);
    const Value a = graph.random_normal(shape), b = graph.random_normal(shape);
    const Value cosine = a / sqrt(maximum(square(a) + square(b), graph.constant(1e-30)));
    return location_ + exp(log_scale_) * (radius * cosine);
  }

 private:
  Value location_;
  Value log_scale_;
  double degrees_of_freedom_;
};

}  // namespace

LikelihoodKind student_t_likelihood() {
  return {.name = "student_t",
          .description = "numbers with outliers, the decoder gives location and scale",
          .outputs_per_element = 2,
          .describes_grey_pixels = true,
          .make = [](Value raw, const LikelihoodOptions& options) -> std::unique_ptr<Likelihood> {
            const Value location = raw_output(raw, 2, 0);
            // The bounds keep an element that hardly varies from taking over.
            const Value log_scale = clamp(raw_output(raw, 2, 1) - 1.0, -5, 4);
            return std::make_unique<StudentT>(options.unit_interval ? sigmoid(location) : location,
                                              log_scale, options.degrees_of_freedom);
          }};
}

}  // namespace elbo
