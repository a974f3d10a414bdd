#include "elbo/objectives/aggregate_posterior.h"

#include "elbo/base/check.h"

namespace elbo {
namespace {

constexpr double kLogTwoPi = 1.8378770664093453;

}  // namespace

AggregateDensities aggregate_densities(const DiagonalNormal& q, Value z,
                                       std::int64_t example_count) {
  ELBO_ASSERT(example_count > 0);
  const Value mean = expand_dims(q.mean, 0), log_variance = expand_dims(q.log_variance, 0);
  // Draw i under the posterior of example j, unit by unit: (N, N, L).
  const Value pairs =
      (square(expand_dims(z, 1) - mean) * exp(-log_variance) + log_variance + kLogTwoPi) * -0.5;
  const Value log_count = log(z.graph().batch_size() * static_cast<double>(example_count));
  return {.log_joint = log_sum_exp(sum(pairs, {2}), {1}) - log_count,
          .log_product = sum(log_sum_exp(pairs, {1}) - log_count, {-1})};
}

}  // namespace elbo
