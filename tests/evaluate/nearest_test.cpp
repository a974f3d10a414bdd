// k-nearest-neighbour accuracy against brute force.
#include "elbo/evaluate/nearest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

/// Codes on a coarse grid, so that distances tie.
Array random_codes(RandomSequence& random, std::int64_t count, std::int64_t size) {
  Array codes(DType::f32, {count, size});
  for (float& value : codes.values<float>()) value = static_cast<float>(random.next_below(6));
  return codes;
}

Array random_labels(RandomSequence& random, std::int64_t count) {
  Array labels(DType::i32, {count});
  for (auto& label : labels.values<std::int32_t>()) {
    label = static_cast<std::int32_t>(random.next_below(4));
  }
  return labels;
}

/// Sort everything, let the first k vote; among classes with most votes the nearest one's wins.
double brute_force(const Array& train, const Array& train_labels, const Array& test,
                   const Array& test_labels, std::size_t k) {
  double right = 0;
  for (std::int64_t i = 0; i < test.extent(0); ++i) {
    std::vector<float> distances;
    for (std::int64_t n = 0; n < train.extent(0); ++n) {
      float distance = 0;
      for (std::size_t j = 0; j < static_cast<std::size_t>(train.extent(1)); ++j) {
        const float difference = train.row<float>(n)[j] - test.row<float>(i)[j];
        distance += difference * difference;
      }
      distances.push_back(distance);
    }
    std::vector<std::size_t> order(distances.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return distances[a] < distances[b]; });
    std::map<std::int32_t, int> votes;
    int most = 0;
    for (std::size_t n = 0; n < k; ++n) {
      most = std::max(most, ++votes[train_labels.values<std::int32_t>()[order[n]]]);
    }
    for (std::size_t n = 0; n < k; ++n) {
      const std::int32_t label = train_labels.values<std::int32_t>()[order[n]];
      if (votes[label] < most) continue;
      right += label == test_labels.values<std::int32_t>()[static_cast<std::size_t>(i)];
      break;
    }
  }
  return right / static_cast<double>(test.extent(0));
}

TEST(KnnAccuracy, IsThatOfBruteForce) {
  RandomSequence random(8);
  for (int trial = 0; trial < 20; ++trial) {
    const std::int64_t size = 1 + random.next_below(5);
    const Array train = random_codes(random, 5 + random.next_below(200), size);
    const Array test = random_codes(random, 1 + random.next_below(60), size);
    const Array train_labels = random_labels(random, train.extent(0));
    const Array test_labels = random_labels(random, test.extent(0));
    for (const int k : {1, 3, 5}) {
      const double expected =
          brute_force(train, train_labels, test, test_labels, static_cast<std::size_t>(k));
      for (const int threads : {1, 3}) {
        EXPECT_EQ(knn_accuracy(train, train_labels, test, test_labels, k, threads), expected)
            << "trial " << trial << ", k " << k;
      }
    }
  }
}

TEST(KnnAccuracy, FindsEveryCodeAmongItself) {
  RandomSequence random(9);
  Array codes(DType::f32, {50, 3});
  for (float& value : codes.values<float>()) value = static_cast<float>(random.next_normal());
  const Array labels = random_labels(random, 50);
  EXPECT_EQ(knn_accuracy(codes, labels, codes, labels, 1, 1), 1);
}

}  // namespace
}  // namespace elbo
