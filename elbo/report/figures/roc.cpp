#include "elbo/report/figures/roc.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "elbo/base/check.h"

namespace elbo {
namespace {

/// Descending, what isn't a number first.
std::vector<float> descending(std::span<const float> scores) {
  std::vector<float> sorted(scores.begin(), scores.end());
  for (float& score : sorted) {
    if (std::isnan(score)) score = std::numeric_limits<float>::infinity();
  }
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  return sorted;
}

/// The values at both ends once the outermost thousandth at each is left out, among finite ones.
std::pair<double, double> trimmed_range(std::span<const float> scores) {
  std::vector<float> sorted;
  std::copy_if(scores.begin(), scores.end(), std::back_inserter(sorted),
               [](float score) { return std::isfinite(score); });
  if (sorted.empty()) return {0, 1};
  std::sort(sorted.begin(), sorted.end());
  const std::size_t trim = sorted.size() / 1000;
  return {sorted[trim], sorted[sorted.size() - 1 - trim]};
}

}  // namespace

std::vector<std::vector<double>> roc_curve(std::span<const float> normal,
                                           std::span<const float> anomalous) {
  ELBO_ASSERT(!normal.empty() && !anomalous.empty());
  const std::vector<float> alarms = descending(normal), hits = descending(anomalous);
  std::vector<std::vector<double>> points;
  std::size_t alarm = 0, hit = 0;
  // Equal scores move together, so that a tie is neither a hit before nor after a false alarm.
  while (alarm < alarms.size() || hit < hits.size()) {
    points.push_back({static_cast<double>(alarm) / static_cast<double>(alarms.size()),
                      static_cast<double>(hit) / static_cast<double>(hits.size())});
    const float lowest = -std::numeric_limits<float>::infinity();
    const float threshold = std::max(alarm < alarms.size() ? alarms[alarm] : lowest,
                                     hit < hits.size() ? hits[hit] : lowest);
    while (alarm < alarms.size() && alarms[alarm] >= threshold) ++alarm;
    while (hit < hits.size() && hits[hit] >= threshold) ++hit;
  }
  points.push_back({1, 1});
  // Only the corners matter, and of those not more than a picture can show; the first false alarms
  // are what a logarithmic axis shows largest, so they all stay.
  std::vector<std::vector<double>> kept;
  const std::size_t step = points.size() / 2000 + 1;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool inside = i > 0 && i + 1 < points.size();
    const bool straight =
        inside && ((points[i][0] == points[i - 1][0] && points[i][0] == points[i + 1][0]) ||
                   (points[i][1] == points[i - 1][1] && points[i][1] == points[i + 1][1]));
    const bool thinned = inside && kept.size() > 200 && i % step != 0;
    if (!straight && !thinned) kept.push_back(points[i]);
  }
  return kept;
}

Histogram paired_histogram(std::span<const float> normal, std::span<const float> anomalous,
                           int bins) {
  ELBO_ASSERT(bins > 0);
  const auto [low_a, high_a] = trimmed_range(normal);
  const auto [low_b, high_b] = trimmed_range(anomalous);
  double low = std::min(low_a, low_b), high = std::max(high_a, high_b);
  if (!(low < high)) high = low + std::max(1.0, std::abs(low));
  Histogram histogram;
  histogram.logarithmic = low > 0 && high > 8 * low;
  const double spread = std::max(high_a - low_a, 1e-12);
  if (!histogram.logarithmic && high - low > 8 * spread) histogram.linear_width = spread;
  const auto scale = [&](double x) {
    if (histogram.linear_width > 0) return std::asinh(x / histogram.linear_width);
    return histogram.logarithmic ? std::log(x) : x;
  };
  const auto unscale = [&](double x) {
    if (histogram.linear_width > 0) return histogram.linear_width * std::sinh(x);
    return histogram.logarithmic ? std::exp(x) : x;
  };
  const double begin = scale(low), width = (scale(high) - begin) / bins;
  for (int i = 0; i < bins; ++i) {
    histogram.bins.push_back({unscale(begin + i * width), unscale(begin + (i + 1) * width), 0, 0});
  }
  const auto count = [&](std::span<const float> scores, std::size_t column) {
    for (const float score : scores) {
      const double clamped = std::isnan(score) ? high : std::clamp<double>(score, low, high);
      const auto bin = static_cast<int>((scale(clamped) - begin) / width);
      histogram.bins[static_cast<std::size_t>(std::clamp(bin, 0, bins - 1))][column] +=
          1.0 / static_cast<double>(scores.size());
    }
  };
  count(normal, 2);
  count(anomalous, 3);
  return histogram;
}

}  // namespace elbo
