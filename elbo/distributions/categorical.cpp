#include "elbo/distributions/categorical.h"

namespace elbo {
namespace {

Value log_probabilities(Value logits) {
  return logits - expand_dims(log_sum_exp(logits, {-1}), -1);
}

}  // namespace

Value Categorical::probabilities() const {
  return exp(log_probabilities(logits));
}

Value Categorical::log_prob(Value one_hot) const {
  return sum(one_hot * logits, {-1}) - log_sum_exp(logits, {-1});
}

Value Categorical::sample() const {
  // Uniforms are multiples of 2^-24 below 1; half a step in the place of 0 keeps the logarithms
  // finite.
  Graph& graph = logits.graph();
  const Value u = maximum(graph.random_uniform(logits.shape()), graph.constant(0x1p-25));
  const Value noisy = logits - log(-log(u));
  return equal(noisy, expand_dims(max(noisy, {-1}), -1));
}

Value kl_divergence(const Categorical& q, const Categorical& p) {
  const Value log_q = log_probabilities(q.logits);
  return sum(exp(log_q) * (log_q - log_probabilities(p.logits)), {-1});
}

}  // namespace elbo
