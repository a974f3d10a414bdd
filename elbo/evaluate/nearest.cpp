#include "elbo/evaluate/nearest.h"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

struct Neighbour {
  float distance;
  std::int32_t label;
  bool operator<(const Neighbour& other) const { return distance < other.distance; }
};

/// Codes axis by axis, (L, M), so that distances to many codes are one vectorised loop.
std::vector<float> by_axis(const Array& codes) {
  const std::int64_t count = codes.extent(0), size = codes.extent(1);
  std::vector<float> columns(static_cast<std::size_t>(count * size));
  const auto values = codes.values<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t j = 0; j < size; ++j) {
      columns[static_cast<std::size_t>(j * count + i)] =
          values[static_cast<std::size_t>(i * size + j)];
    }
  }
  return columns;
}

std::int32_t vote(const std::vector<Neighbour>& nearest) {
  std::map<std::int32_t, int> votes;
  for (const Neighbour& neighbour : nearest) ++votes[neighbour.label];
  std::int32_t winner = nearest.front().label;
  for (const Neighbour& neighbour : nearest) {
    if (votes[neighbour.label] > votes[winner]) winner = neighbour.label;
  }
  return winner;
}

}  // namespace

double knn_accuracy(const Array& train_codes, const Array& train_labels, const Array& test_codes,
                    const Array& test_labels, int k, int threads) {
  const std::int64_t count = train_codes.extent(0), size = train_codes.extent(1);
  ELBO_ASSERT(test_codes.extent(1) == size && count >= k);
  const std::vector<float> columns = by_axis(train_codes);
  const auto labels = train_labels.values<std::int32_t>();
  const std::int64_t tests = test_codes.extent(0);
  std::vector<std::uint8_t> correct(static_cast<std::size_t>(tests), 0);
  parallel_for(threads, tests, 16, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> distances(static_cast<std::size_t>(count));
    std::vector<Neighbour> nearest;
    for (std::int64_t i = first; i < last; ++i) {
      const auto code = test_codes.row<float>(i);
      std::fill(distances.begin(), distances.end(), 0.0f);
      for (std::int64_t j = 0; j < size; ++j) {
        const float* column = columns.data() + j * count;
        const float centre = code[static_cast<std::size_t>(j)];
        for (std::int64_t n = 0; n < count; ++n) {
          const float difference = column[n] - centre;
          distances[static_cast<std::size_t>(n)] += difference * difference;
        }
      }
      // A short sorted list: almost every code fails the first comparison.
      nearest.clear();
      float limit = std::numeric_limits<float>::infinity();
      for (std::size_t n = 0; n < distances.size(); ++n) {
        if (distances[n] >= limit) continue;
        const Neighbour found{distances[n], labels[n]};
        nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), found), found);
        if (static_cast<int>(nearest.size()) > k) nearest.pop_back();
        if (static_cast<int>(nearest.size()) == k) limit = nearest.back().distance;
      }
      const std::int32_t truth = test_labels.values<std::int32_t>()[static_cast<std::size_t>(i)];
      correct[static_cast<std::size_t>(i)] = vote(nearest) == truth;
    }
  });
  const auto right = std::count(correct.begin(), correct.end(), 1);
  return static_cast<double>(right) / static_cast<double>(tests);
}

}  // namespace elbo
