#include "elbo/evaluate/detection.h"

#include <algorithm>
#include <cmath>

#include "elbo/base/check.h"
#include "elbo/base/error.h"

namespace elbo {
namespace {

struct Scored {
  double score;
  bool anomalous;
};

void check_finite(double score) {
  if (!std::isfinite(score)) throw NumericalError("detection: a score is not finite");
}

/// All scores, the most anomalous first.
std::vector<Scored> ranked(const std::vector<double>& normal,
                           const std::vector<double>& anomalous) {
  ELBO_ASSERT(!normal.empty() && !anomalous.empty());
  std::vector<Scored> all;
  for (const double score : normal) all.push_back({score, false});
  for (const double score : anomalous) all.push_back({score, true});
  for (const Scored& each : all) check_finite(each.score);
  std::sort(all.begin(), all.end(),
            [](const Scored& a, const Scored& b) { return a.score > b.score; });
  return all;
}

/// Calls body(anomalous in the tie, normal in the tie) for each distinct score, highest first.
template <typename Body>
void for_each_tie(const std::vector<Scored>& all, const Body& body) {
  for (std::size_t i = 0; i < all.size();) {
    double hits = 0, misses = 0;
    const double score = all[i].score;
    for (; i < all.size() && all[i].score == score; ++i) (all[i].anomalous ? hits : misses) += 1;
    body(hits, misses);
  }
}

}  // namespace

double auroc(const std::vector<double>& normal, const std::vector<double>& anomalous) {
  double above = 0, wins = 0;
  for_each_tie(ranked(normal, anomalous), [&](double hits, double misses) {
    wins += misses * (above + hits / 2);
    above += hits;
  });
  return wins / (static_cast<double>(normal.size()) * static_cast<double>(anomalous.size()));
}

double average_precision(const std::vector<double>& normal, const std::vector<double>& anomalous) {
  double found = 0, seen = 0, area = 0;
  for_each_tie(ranked(normal, anomalous), [&](double hits, double misses) {
    found += hits;
    seen += hits + misses;
    area += hits * found / seen;
  });
  return area / static_cast<double>(anomalous.size());
}

std::int64_t enough_for_threshold(double rate) {
  // The least n with ceil((n + 1) (1 - rate)) <= n, about 1 / rate - 1.
  auto count = static_cast<double>(std::max<std::int64_t>(1, std::llround(1 / rate) - 2));
  while (std::ceil((count + 1) * (1 - rate)) > count) ++count;
  return static_cast<std::int64_t>(count);
}

double calibrated_threshold(std::vector<double> held_out, double rate) {
  const auto count = static_cast<double>(held_out.size());
  const double position = std::ceil((count + 1) * (1 - rate));
  if (position > count || held_out.empty()) {
    throw DataError(
        "calibration: {} held-out examples can't promise a false-alarm rate of {}; give at least "
        "{}",
        held_out.size(), rate, enough_for_threshold(rate));
  }
  for (const double score : held_out) check_finite(score);
  const auto rank = static_cast<std::ptrdiff_t>(std::max(position, 1.0)) - 1;
  std::nth_element(held_out.begin(), held_out.begin() + rank, held_out.end());
  return held_out[static_cast<std::size_t>(rank)];
}

double share_accepted(const std::vector<double>& scores, double threshold) {
  const auto accepted =
      std::count_if(scores.begin(), scores.end(), [&](double score) { return score <= threshold; });
  return static_cast<double>(accepted) / static_cast<double>(scores.size());
}

}  // namespace elbo
