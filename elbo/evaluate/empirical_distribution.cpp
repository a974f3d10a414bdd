#include "elbo/evaluate/empirical_distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/evaluate/normal_quantile.h"

namespace elbo {
namespace {

/// exp of it is just within double precision, and so is its normal quantile.
constexpr double kLowestLogProbability = -580;
/// Of scores that are sums of some hundred terms in single precision.
constexpr double kRelativeRounding = 1e-5;

}  // namespace

EmpiricalDistribution::EmpiricalDistribution(std::vector<double> sample)
    : sample_(std::move(sample)) {
  if (sample_.size() < kFewest) {
    throw DataError("the distribution of a score needs at least {} normal examples, found {}",
                    kFewest, sample_.size());
  }
  for (const double value : sample_) {
    if (!std::isfinite(value)) throw NumericalError("a score of a normal example is not finite");
  }
  std::sort(sample_.begin(), sample_.end());
  const std::size_t quarter = sample_.size() / 4;
  const double typical =
      std::max(std::abs(sample_[quarter]), std::abs(sample_[sample_.size() - 1 - quarter]));
  rounding_ = std::max(kRelativeRounding * typical, std::numeric_limits<double>::min());
  upper_ = fitted_tail(1);
  lower_ = fitted_tail(-1);
}

EmpiricalDistribution::Tail EmpiricalDistribution::fitted_tail(double sign) const {
  const std::size_t count = sample_.size();
  const std::size_t inside = std::max(std::min<std::size_t>(count / 4, 10), count / 20);
  const auto outermost = [&](std::size_t i) { return sample_[sign > 0 ? count - 1 - i : i]; };
  Tail tail{
      .begin = outermost(inside - 1),
      .log_probability = std::log(static_cast<double>(inside) / (static_cast<double>(count) + 1))};
  // a0 = E[X], a1 = E[X (1 - F(X))] of the excesses X, of which the i-th largest has 1 - F = (i +
  // 0.35) / m.
  const std::size_t excesses = inside - 1;
  double a0 = 0, a1 = 0;
  for (std::size_t i = 0; i < excesses; ++i) {
    const double excess = sign * (outermost(i) - tail.begin) / static_cast<double>(excesses);
    a0 += excess;
    a1 += excess * (static_cast<double>(i) + 0.35) / static_cast<double>(excesses);
  }
  // Shapes below 0 would end the tail, above 1/2 leave it no variance; few values tell no shape.
  constexpr std::size_t kEnoughForShape = 9;
  if (excesses >= kEnoughForShape && a0 > 2 * a1) {
    tail.shape = std::clamp(2 - a0 / (a0 - 2 * a1), 0.0, 0.5);
  }
  tail.scale = std::max(a0 * (1 - tail.shape), rounding_);
  return tail;
}

double EmpiricalDistribution::Tail::log_probability_beyond(double excess) const {
  const double scaled = excess / scale;
  const double log_share = shape > 0 ? -std::log1p(shape * scaled) / shape : -scaled;
  return std::max(log_probability + log_share, kLowestLogProbability);
}

double EmpiricalDistribution::probability_below(double x) const {
  if (x > upper_.begin + rounding_) {
    return -std::expm1(upper_.log_probability_beyond(x - upper_.begin));
  }
  if (x < lower_.begin - rounding_) {
    return std::exp(lower_.log_probability_beyond(lower_.begin - x));
  }
  const auto first = std::lower_bound(sample_.begin(), sample_.end(), x - rounding_);
  const auto last = std::upper_bound(first, sample_.end(), x + rounding_);
  const auto below = static_cast<double>(first - sample_.begin());
  const auto at_most = static_cast<double>(last - sample_.begin());
  return (below + at_most + 1) / (2 * (static_cast<double>(sample_.size()) + 1));
}

double EmpiricalDistribution::normal_score(double x) const {
  // By the small side's probability: 1 - it would lose its digits.
  if (x > upper_.begin + rounding_) {
    return -normal_quantile(std::exp(upper_.log_probability_beyond(x - upper_.begin)));
  }
  return normal_quantile(probability_below(x));
}

}  // namespace elbo
