#include "elbo/data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "elbo/base/error.h"

namespace elbo {
namespace {

void expect_partition(const Split& split, std::size_t count) {
  std::vector<std::int32_t> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  std::vector<std::int32_t> expected(count);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

TEST(Split, IsAPartitionThatTheSeedDecides) {
  const Split split = split_for_validation(1000, 0.1, 7);
  EXPECT_EQ(split.validation.size(), 100u);
  expect_partition(split, 1000);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
  EXPECT_EQ(split_for_validation(1000, 0.1, 7).validation, split.validation);
  EXPECT_NE(split_for_validation(1000, 0.1, 8).validation, split.validation);
  // Random, not the last tenth: the mean index of 100 of 1000 has a deviation of 28.
  const double mean = std::accumulate(split.validation.begin(), split.validation.end(), 0.0) / 100;
  EXPECT_NEAR(mean, 499.5, 5 * 28);
}

TEST(Split, TakesANumberOfExamples) {
  const Split split = split_for_validation(10, 3, 1);
  EXPECT_EQ(split.validation.size(), 3u);
  expect_partition(split, 10);
  EXPECT_EQ(split_for_validation(2, 1, 1).train.size(), 1u);
}

TEST(Split, RefusesAnEmptySide) {
  EXPECT_THROW(split_for_validation(10, 0.01, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, 0.99, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, 10, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, 11, 1), UsageError);
  EXPECT_THROW(split_for_validation(std::int64_t{0}, 0.5, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, 0, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, -0.5, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, 2.5, 1), UsageError);
  EXPECT_THROW(split_for_validation(10, std::numeric_limits<double>::quiet_NaN(), 1), UsageError);
  EXPECT_THROW(split_for_validation(std::int64_t{1} << 31, 0.1, 1), UsageError);
}

TEST(Split, KeepsEachLabelsShare) {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 1000; ++i) labels.push_back(i % 10 == 0 ? 1 : (i % 10 < 4 ? 2 : 3));
  const Split split = split_for_validation(labels, 0.2, 3);
  expect_partition(split, 1000);
  std::map<std::int32_t, int> members;
  for (const std::int32_t i : split.validation) ++members[labels[static_cast<std::size_t>(i)]];
  EXPECT_EQ(members, (std::map<std::int32_t, int>{{1, 20}, {2, 60}, {3, 120}}));
}

TEST(Split, GivesLeftoversToTheLargestRemainders) {
  // Shares of 1.5, 0.75 and 0.75 of three examples: one, none and none, and the two left over go to
  // the .75s.
  const std::vector<std::int32_t> labels = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2};
  const Split split = split_for_validation(labels, 3, 3);
  std::map<std::int32_t, int> members;
  for (const std::int32_t i : split.validation) ++members[labels[static_cast<std::size_t>(i)]];
  EXPECT_EQ(members, (std::map<std::int32_t, int>{{0, 1}, {1, 1}, {2, 1}}));
}

}  // namespace
}  // namespace elbo
