// The flat loops of the optimizers against scalar loops in double precision.
#include "elbo/device/cpu/flat_ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

using Floats = std::vector<float>;

Floats random_floats(std::uint64_t seed, std::size_t count, double scale = 1) {
  Floats values(count);
  RandomSequence random(seed);
  for (float& value : values) value = static_cast<float>(scale * random.next_normal());
  return values;
}

/// Several parts for the threads, the last of them short.
constexpr std::size_t kCount = 8192 * 3 + 48;

TEST(FlatOps, AdamFollowsTheAlgorithm) {
  Floats w = random_floats(1, kCount), m(kCount), v(kCount);
  std::vector<double> expected(w.begin(), w.end()), m_expected(kCount), v_expected(kCount);
  const double rate = 1e-2, decay = 0.1, scale = 0.5;
  for (int t = 1; t <= 5; ++t) {
    const Floats gradient = random_floats(static_cast<std::uint64_t>(100 + t), kCount, 0.1);
    cpu::adam_step({.learning_rate = static_cast<float>(rate),
                    .correction1 = static_cast<float>(1 / (1 - std::pow(0.9, t))),
                    .correction2 = static_cast<float>(1 / (1 - std::pow(0.999, t))),
                    .weight_decay = static_cast<float>(decay),
                    .gradient_scale = static_cast<float>(scale)},
                   w, gradient, m, v, 2);
    for (std::size_t i = 0; i < kCount; ++i) {
      const double g = scale * gradient[i];
      m_expected[i] = 0.9 * m_expected[i] + 0.1 * g;
      v_expected[i] = 0.999 * v_expected[i] + 0.001 * g * g;
      const double m_hat = m_expected[i] / (1 - std::pow(0.9, t));
      const double v_hat = v_expected[i] / (1 - std::pow(0.999, t));
      expected[i] -= rate * (decay * expected[i] + m_hat / (std::sqrt(v_hat) + 1e-8));
    }
  }
  for (std::size_t i = 0; i < kCount; ++i) {
    // Five roundings of a number of order one.
    ASSERT_NEAR(w[i], expected[i], 3e-6) << i;
  }
}

TEST(FlatOps, SgdFollowsTheAlgorithm) {
  Floats w = random_floats(1, kCount), velocity(kCount);
  std::vector<double> expected(w.begin(), w.end()), speed(kCount);
  for (int t = 1; t <= 5; ++t) {
    const Floats gradient = random_floats(static_cast<std::uint64_t>(200 + t), kCount);
    cpu::sgd_step({.learning_rate = 0.01f, .weight_decay = 0.1f, .gradient_scale = 2}, w, gradient,
                  velocity, 3);
    for (std::size_t i = 0; i < kCount; ++i) {
      speed[i] = 0.9 * speed[i] + 2.0 * gradient[i] + 0.1 * expected[i];
      expected[i] -= 0.01 * speed[i];
    }
  }
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_NEAR(w[i], expected[i], 3e-6) << i;
}

TEST(FlatOps, TheAverageMovesByItsShare) {
  const Floats w = random_floats(1, kCount);
  Floats average = random_floats(2, kCount);
  const Floats before = average;
  cpu::update_average(0.9f, w, average, 2);
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_NEAR(average[i], 0.9 * before[i] + 0.1 * w[i], 1e-6) << i;
  }
}

TEST(FlatOps, SumOfSquaresIsTheSameForAnyNumberOfThreads) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{16}, kCount, std::size_t{1} << 20}) {
    const Floats x = random_floats(4, count);
    double expected = 0;
    for (const float value : x) expected += static_cast<double>(value) * value;
    const double found = cpu::sum_of_squares(x, 1);
    // Blocks of 8192 are summed in single precision, several lanes at a time.
    EXPECT_NEAR(found, expected, 1e-5 * expected) << count;
    EXPECT_EQ(cpu::sum_of_squares(x, 2), found);
    EXPECT_EQ(cpu::sum_of_squares(x, 3), found);
  }
}

TEST(FlatOps, SumOfSquaresShowsWhatIsNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30f}) {
    Floats x = random_floats(4, kCount);
    x[kCount - 1] = bad;
    EXPECT_FALSE(std::isfinite(cpu::sum_of_squares(x, 2))) << bad;
  }
}

TEST(FlatOps, StepsAreTheSameForAnyNumberOfThreads) {
  const Floats gradient = random_floats(9, kCount);
  const auto step_with = [&](int threads) {
    Floats w = random_floats(1, kCount), m(kCount), v(kCount);
    cpu::adam_step({}, w, gradient, m, v, threads);
    cpu::sgd_step({}, w, gradient, m, threads);
    return w;
  };
  const Floats one = step_with(1);
  EXPECT_EQ(step_with(2), one);
  EXPECT_EQ(step_with(3), one);
}

}  // namespace
}  // namespace elbo
