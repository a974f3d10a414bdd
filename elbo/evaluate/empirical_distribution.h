// The distribution of one score on normal data, learned from a sample, as a scale on which scores
// of any kind can be compared: standard normal for whoever comes from the same distribution.
#pragma once

#include <vector>

namespace elbo {

/// Between the tails the empirical distribution function; in each tail, the outermost twentieth (at
/// least ten values), a generalised Pareto distribution, so that scores beyond every value of the
/// sample still differ in how far beyond they are. Pickands 1975, "Statistical inference using
/// extreme order statistics"; fitted by probability-weighted moments, Hosking & Wallis 1987.
class EmpiricalDistribution {
 public:
  static constexpr std::size_t kFewest = 8;

  /// Throws DataError for fewer than kFewest values, NumericalError when one is not finite.
  explicit EmpiricalDistribution(std::vector<double> sample);

  /// P(X <= x), in (0, 1); a tie counts half. Values that differ by rounding in single precision
  /// are ties.
  double probability_below(double x) const;
  /// z with P(Z <= z) = P(X <= x) for a standard normal Z: above 0 means higher than usual, below 0
  /// lower. At most about 34 either way, where double precision ends. Infinite x is taken as that.
  double normal_score(double x) const;

 private:
  /// What lies beyond `begin` on one side, as excesses over it.
  struct Tail {
    double begin = 0;
    /// Of being in it at all.
    double log_probability = 0;
    double scale = 1;
    double shape = 0;

    double log_probability_beyond(double excess) const;
  };

  /// sign = 1: the upper tail, -1: the lower.
  Tail fitted_tail(double sign) const;

  /// Ascending.
  std::vector<double> sample_;
  /// The largest difference of two values that are the same.
  double rounding_ = 0;
  Tail upper_, lower_;
};

}  // namespace elbo
