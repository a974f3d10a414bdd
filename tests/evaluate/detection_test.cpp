// Detection curves against brute force, and the promise of calibrated thresholds.
#include "elbo/evaluate/detection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"

namespace elbo {
namespace {

using Scores = std::vector<double>;

/// `levels` distinct values, so that there are ties.
Scores random_scores(RandomSequence& random, std::size_t count, std::uint32_t levels,
                     double shift) {
  Scores scores;
  for (std::size_t i = 0; i < count; ++i) scores.push_back(random.next_below(levels) + shift);
  return scores;
}

TEST(Auroc, IsTheShareOfPairsInOrder) {
  RandomSequence random(1);
  for (int trial = 0; trial < 50; ++trial) {
    const std::uint32_t levels = 1 + random.next_below(12);
    const Scores normal = random_scores(random, 1 + random.next_below(40), levels, 0);
    const Scores anomalous =
        random_scores(random, 1 + random.next_below(40), levels, random.next_below(4));
    double wins = 0;
    for (const double a : anomalous) {
      for (const double n : normal) wins += a > n ? 1 : a == n ? 0.5 : 0;
    }
    const double pairs = static_cast<double>(normal.size() * anomalous.size());
    EXPECT_NEAR(auroc(normal, anomalous), wins / pairs, 1e-12) << trial;
  }
}

TEST(AveragePrecision, IsTheMeanOverThresholds) {
  RandomSequence random(2);
  for (int trial = 0; trial < 50; ++trial) {
    const std::uint32_t levels = 1 + random.next_below(12);
    const Scores normal = random_scores(random, 1 + random.next_below(40), levels, 0);
    const Scores anomalous =
        random_scores(random, 1 + random.next_below(40), levels, random.next_below(4));
    Scores thresholds = anomalous;
    std::sort(thresholds.rbegin(), thresholds.rend());
    thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
    const auto share_at_least = [](const Scores& scores, double threshold) {
      return static_cast<double>(
          std::count_if(scores.begin(), scores.end(), [&](double s) { return s >= threshold; }));
    };
    double area = 0, recall_before = 0;
    for (const double threshold : thresholds) {
      const double found = share_at_least(anomalous, threshold);
      const double recall = found / static_cast<double>(anomalous.size());
      area += (recall - recall_before) * found / (found + share_at_least(normal, threshold));
      recall_before = recall;
    }
    EXPECT_NEAR(average_precision(normal, anomalous), area, 1e-12) << trial;
  }
}

TEST(Auroc, KnowsTheExtremes) {
  EXPECT_EQ(auroc({1, 2, 3}, {4, 5}), 1);
  EXPECT_EQ(auroc({4, 5}, {1, 2, 3}), 0);
  EXPECT_EQ(auroc({7, 7}, {7}), 0.5);
  EXPECT_EQ(average_precision({1, 2, 3}, {4, 5}), 1);
  EXPECT_EQ(average_precision({7, 7, 7}, {7}), 0.25);
}

TEST(Auroc, RejectsScoresThatAreNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(auroc({1, nan}, {2}), NumericalError);
  EXPECT_THROW(average_precision({1}, {-std::numeric_limits<double>::infinity()}), NumericalError);
}

TEST(CalibratedThreshold, KeepsItsPromise) {
  RandomSequence random(3);
  for (const auto& [count, rate] :
       {std::pair{19, 0.05}, {50, 0.1}, {99, 0.01}, {200, 0.05}, {30, 0.5}}) {
    constexpr int kTrials = 4000;
    double alarms = 0, squares = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      Scores held_out;
      for (int i = 0; i < count; ++i) held_out.push_back(random.next_normal());
      // The share of new normal examples above the threshold, exactly.
      const double share = std::erfc(calibrated_threshold(held_out, rate) / std::sqrt(2.0)) / 2;
      alarms += share;
      squares += share * share;
    }
    const double mean = alarms / kTrials;
    const double error = std::sqrt((squares / kTrials - mean * mean) / kTrials);
    EXPECT_LE(mean, rate + 5 * error) << count;  // the promise, five standard errors
    // It gives away no more than one place among count + 1.
    EXPECT_GE(mean, rate - 1.0 / (count + 1) - 5 * error) << count;
  }
}

TEST(CalibratedThreshold, IsTheConformalQuantile) {
  Scores scores;
  for (int i = 99; i >= 1; --i) scores.push_back(i);
  EXPECT_EQ(calibrated_threshold(scores, 0.1), 90);
  EXPECT_EQ(calibrated_threshold(scores, 0.01), 99);
  EXPECT_EQ(calibrated_threshold(scores, 0.999), 1);
  EXPECT_EQ(share_accepted(scores, 90), 90.0 / 99);
}

TEST(CalibratedThreshold, SaysWhenThereAreTooFewScores) {
  EXPECT_THROW(calibrated_threshold({}, 0.5), DataError);
  try {
    calibrated_threshold(Scores(10, 1.0), 0.01);
    FAIL() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "calibration: 10 held-out examples can't promise a false-alarm rate of 0.01; give "
                 "at least 99");
  }
  EXPECT_NO_THROW(calibrated_threshold(Scores(99, 1.0), 0.01));
}

TEST(CalibratedThreshold, RejectsScoresThatAreNotFinite) {
  Scores scores(100, 1.0);
  scores[7] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(calibrated_threshold(scores, 0.1), NumericalError);
}

}  // namespace
}  // namespace elbo
