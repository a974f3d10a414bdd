// Detection curves and histograms from two sets of scores, as points to draw.
#pragma once

#include <span>
#include <vector>

namespace elbo {

/// Points (false alarm rate, detection rate) over all thresholds, both ascending from (0, ·) to
/// (1, 1): a score above the threshold raises an alarm. Sets must not be empty; scores that aren't
/// numbers count as alarms. At most about 2000 points, evenly thinned.
std::vector<std::vector<double>> roc_curve(std::span<const float> normal,
                                           std::span<const float> anomalous);

struct Histogram {
  /// Rows (lower edge, upper edge, share of `normal`, share of `anomalous`) of each bin.
  std::vector<std::vector<double>> bins;
  bool logarithmic = false;
  /// When not 0, the bins are even in asinh(score / linear_width): linear around 0, logarithmic far
  /// from it, for scores of both signs over a wide range.
  double linear_width = 0;
};

/// Shares of both sets in bins over their common range without the outermost thousandth of each;
/// scores outside count in the outermost bins. The bins are even in the logarithm when all scores
/// are positive and the range is wide, and in its signed likeness when some are not.
Histogram paired_histogram(std::span<const float> normal, std::span<const float> anomalous,
                           int bins = 60);

}  // namespace elbo
