#include "elbo/evaluate/empirical_distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"

namespace elbo {
namespace {

using Draw = std::function<double(RandomSequence&)>;

std::vector<double> sample(const Draw& draw, std::size_t count, std::uint64_t seed) {
  RandomSequence random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(draw(random));
  return values;
}

const Draw kNormal = [](RandomSequence& random) { return 5 + 3 * random.next_normal(); };
const Draw kSkewed = [](RandomSequence& random) { return std::exp(random.next_normal()); };
const Draw kUniform = [](RandomSequence& random) { return random.next_uniform(); };

TEST(EmpiricalDistribution, NewNormalDataHasUniformProbabilities) {
  for (const Draw& draw : {kNormal, kSkewed, kUniform}) {
    const EmpiricalDistribution distribution(sample(draw, 4000, 1));
    std::vector<double> found;
    for (const double x : sample(draw, 4000, 2)) found.push_back(distribution.probability_below(x));
    std::sort(found.begin(), found.end());
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      largest = std::max(largest, std::abs(found[i] - (static_cast<double>(i) + 0.5) / 4000));
    }
    // Kolmogorov-Smirnov between two samples of 4000: exceeded once in a thousand times at
    // 1.95 sqrt(2 / 4000).
    EXPECT_LT(largest, 0.0436);
  }
}

TEST(EmpiricalDistribution, NormalScoresOfNewDataAreStandardNormal) {
  for (const Draw& draw : {kNormal, kSkewed, kUniform}) {
    const EmpiricalDistribution distribution(sample(draw, 4000, 3));
    double sum = 0, squares = 0;
    for (const double x : sample(draw, 4000, 4)) {
      const double z = distribution.normal_score(x);
      sum += z;
      squares += z * z;
    }
    // Both samples have an error of 1 / sqrt(4000) in the mean, sqrt(2 / 4000) in the variance; the
    // bounds are more than three of them together.
    EXPECT_NEAR(sum / 4000, 0, 0.08);
    EXPECT_NEAR(squares / 4000, 1, 0.12);
  }
}

TEST(EmpiricalDistribution, TailsGoOnAsTheTrueDistribution) {
  // Of an exponential distribution the tail is exponential: -log P(X > x) = x, far beyond the
  // sample, whose largest value is about log(4000) = 8.3.
  const EmpiricalDistribution distribution(
      sample([](RandomSequence& random) { return -std::log(1 - random.next_uniform()); }, 4000, 5));
  for (const double x : {4.0, 6.0, 9.0}) {
    // Scale and shape have errors of about a tenth, which an excess of six multiplies.
    EXPECT_NEAR(std::log(1 - distribution.probability_below(x)) / -x, 1, 0.2) << x;
  }
}

TEST(EmpiricalDistribution, ScoresGrowWithoutJumpsAndToBothSides) {
  const EmpiricalDistribution distribution(sample(kNormal, 500, 6));
  double before = distribution.normal_score(-40);
  EXPECT_LT(before, -5);
  for (double x = -40; x < 50; x += 0.05) {
    const double z = distribution.normal_score(x);
    EXPECT_GE(z, before);
    // Between two values of a sample of 500 are some thousandths of probability; in the tails the
    // score grows by about one a standard deviation.
    EXPECT_LT(z - before, 0.35) << x;
    before = z;
  }
  EXPECT_GT(before, 5);
}

TEST(EmpiricalDistribution, IsFiniteAtTheEndsOfTheNumbers) {
  const double infinity = std::numeric_limits<double>::infinity();
  // Half of it one value: a tail without width.
  std::vector<double> values(50, 1.0);
  values.resize(100, 2.0);
  const EmpiricalDistribution distribution(values);
  EXPECT_TRUE(std::isfinite(distribution.normal_score(infinity)));
  EXPECT_GT(distribution.normal_score(2.1), 10);
  EXPECT_LT(distribution.normal_score(-infinity), -10);
  // A tie counts half.
  EXPECT_NEAR(distribution.probability_below(1), 0.25, 0.01);
  EXPECT_NEAR(distribution.probability_below(2), 0.75, 0.01);
}

TEST(EmpiricalDistribution, TiesAreTiesWhateverTheirRounding) {
  // Repeated examples, as tables have them: at the ends and in the middle.
  std::vector<double> values;
  for (const double value : {-120.0, 3.0, 250.0}) values.insert(values.end(), 40, value);
  const EmpiricalDistribution distribution(values);
  for (const double value : {-120.0, 3.0, 250.0}) {
    const double score = distribution.normal_score(value);
    EXPECT_LT(std::abs(score), 1.5);
    for (const double rounding : {-1e-4, 1e-4}) {
      EXPECT_NEAR(distribution.normal_score(value + rounding), score, 1e-12) << value;
    }
  }
}

TEST(EmpiricalDistribution, NeedsValuesAndFiniteOnes) {
  EXPECT_THROW(EmpiricalDistribution({1, 2, 3}), DataError);
  EXPECT_THROW(EmpiricalDistribution({1, 2, 3, 4, 5, 6, 7, std::nan("")}), NumericalError);
}

}  // namespace
}  // namespace elbo
