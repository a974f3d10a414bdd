#include "elbo/distributions/normal_mixture.h"

#include "elbo/distributions/categorical.h"

namespace elbo {
namespace {

constexpr double kLogTwoPi = 1.8378770664093453;

/// All axes but the last as one.
Value as_rows(Value z) {
  Dim rows;
  for (int axis = 0; axis + 1 < z.shape().rank(); ++axis) {
    const Dim length = z.shape()[axis];
    rows = Dim(rows.size * length.size, rows.batch || length.batch);
  }
  return reshape(z, Shape{rows, z.shape()[-1]});
}

}  // namespace

Value NormalMixture::log_prob(Value z) const {
  // (z - m)^2 / v = z^2 (1 / v) - 2 z (m / v) + m^2 / v: two products instead of R x K x L terms.
  const Value precision = exp(-log_variances);
  const Value rows = as_rows(z);
  const Value quadratic = matmul(square(rows), precision, false, true) * -0.5;
  const Value linear = matmul(rows, means * precision, false, true);
  const Value offset = sum(square(means) * precision + log_variances + kLogTwoPi, {-1}) * -0.5;
  const Value log_weights = logits - log_sum_exp(logits, {0});
  const Value result = log_sum_exp(quadratic + linear + (offset + log_weights), {-1});
  std::vector<Dim> dims = z.shape().dims();
  dims.pop_back();
  return reshape(result, Shape(std::move(dims)));
}

Value NormalMixture::sample(Value noise) const {
  const Dim components = logits.shape()[0];
  const Value rows =
      broadcast_to(reshape(logits, Shape{1, components}), Shape{noise.shape()[0], components});
  const Value chosen = Categorical{rows}.sample();
  return matmul(chosen, means) + exp(matmul(chosen, log_variances) * 0.5) * noise;
}

}  // namespace elbo
