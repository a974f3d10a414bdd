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
                   w, gradient, m, v, {}, 2);
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

TEST(FlatOps, MomentsWithoutGradientsBecomeZero) {
#if defined(__x86_64__) || defined(__aarch64__)
  // With subnormal numbers they would end at one that a factor of .9 rounds back to itself.
  Floats w(16), m(16, 1e-36f), v(16, 1e-36f);
  for (int t = 0; t < 100; ++t) {
    cpu::adam_step({.learning_rate = 0, .beta2 = 0.9f}, w, Floats(16), m, v, {}, 1);
  }
  EXPECT_EQ(m, Floats(16));
  EXPECT_EQ(v, Floats(16));
#else
  GTEST_SKIP() << "this processor's mode is not known";
#endif
}

TEST(FlatOps, SgdFollowsTheAlgorithm) {
  Floats w = random_floats(1, kCount), velocity(kCount);
  std::vector<double> expected(w.begin(), w.end()), speed(kCount);
  for (int t = 1; t <= 5; ++t) {
    const Floats gradient = random_floats(static_cast<std::uint64_t>(200 + t), kCount);
    cpu::sgd_step({.learning_rate = 0.01f, .weight_decay = 0.1f, .gradient_scale = 2}, w, gradient,
                  velocity, {}, 3);
    for (std::size_t i = 0; i < kCount; ++i) {
      speed[i] = 0.9 * speed[i] + 2.0 * gradient[i] + 0.1 * expected[i];
      expected[i] -= 0.01 * speed[i];
    }
  }
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_NEAR(w[i], expected[i], 3e-6) << i;
}

/// One step of both optimizers, with or without an average that follows.
struct Stepped {
  Floats w, average;
};

Stepped step_with(int threads, bool averages) {
  const Floats gradient = random_floats(9, kCount);
  Stepped result{random_floats(1, kCount), random_floats(2, kCount)};
  Floats m(kCount), v(kCount);
  const auto average = [&](float decay) {
    return averages ? cpu::MovingAverage{result.average, decay} : cpu::MovingAverage{};
  };
  cpu::adam_step({}, result.w, gradient, m, v, average(0.9f), threads);
  cpu::sgd_step({}, result.w, gradient, m, average(0.6f), threads);
  return result;
}

TEST(FlatOps, TheAverageMovesByItsShare) {
  const Floats gradient = random_floats(9, kCount), before = random_floats(2, kCount);
  for (const bool is_adam : {true, false}) {
    Floats w = random_floats(1, kCount), average = before, m(kCount), v(kCount);
    const cpu::MovingAverage follows{.values = average, .decay = 0.9f};
    if (is_adam) cpu::adam_step({}, w, gradient, m, v, follows, 2);
    if (!is_adam) cpu::sgd_step({}, w, gradient, m, follows, 2);
    // Of the parameters after the step, which moves most of them by 1e-3 and more.
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_NEAR(average[i], 0.9 * before[i] + 0.1 * w[i], 1e-6) << i;
    }
  }
}

TEST(FlatOps, StepsAreTheSameWithAndWithoutAnAverage) {
  const Stepped with = step_with(2, true), without = step_with(2, false);
  EXPECT_EQ(with.w, without.w);
  EXPECT_NE(with.average, without.average);
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
  const Stepped one = step_with(1, true);
  for (const int threads : {2, 3}) {
    const Stepped more = step_with(threads, true);
    EXPECT_EQ(more.w, one.w) << threads;
    EXPECT_EQ(more.average, one.average) << threads;
  }
}

}  // namespace
}  // namespace elbo
