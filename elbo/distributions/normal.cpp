#include "elbo/distributions/normal.h"

#include "elbo/base/error.h"

namespace elbo {
namespace {

constexpr double kLogTwoPi = 1.8378770664093453;

void check_same_shape(const char* what, Value a, Value b) {
  if (a.shape() != b.shape()) {
    throw ShapeError("{}: {} and {} differ", what, a.shape().to_string(), b.shape().to_string());
  }
}

}  // namespace

Value DiagonalNormal::sample(Value noise) const {
  return mean + exp(log_variance * 0.5) * noise;
}

Value DiagonalNormal::log_prob(Value z) const {
  const Value squared = square(z - mean) * exp(-log_variance);
  return sum((squared + log_variance + kLogTwoPi) * -0.5, {-1});
}

Value standard_normal_log_prob(Value z) {
  return sum((square(z) + kLogTwoPi) * -0.5, {-1});
}

Value kl_to_standard_normal(const DiagonalNormal& q) {
  check_same_shape("kl_to_standard_normal", q.mean, q.log_variance);
  return (square(q.mean) + exp(q.log_variance) - q.log_variance - 1.0) * 0.5;
}

Value kl_divergence(const DiagonalNormal& q, const DiagonalNormal& p) {
  check_same_shape("kl_divergence", q.mean, p.mean);
  const Value ratio = exp(q.log_variance - p.log_variance);
  const Value distance = square(q.mean - p.mean) * exp(-p.log_variance);
  return (p.log_variance - q.log_variance + ratio + distance - 1.0) * 0.5;
}

}  // namespace elbo
