// When a step is taken, skipped, undone, and when training stops.
#include "elbo/train/step_guard.h"

#include <gtest/gtest.h>

#include <limits>

namespace elbo {
namespace {

using Verdict = StepGuard::Verdict;
const double kNan = std::numeric_limits<double>::quiet_NaN();

Verdict repeat(StepGuard& guard, int times, double loss, double norm) {
  Verdict last = Verdict::take;
  for (int i = 0; i < times; ++i) last = guard.judge(loss, norm);
  return last;
}

TEST(StepGuard, SkipsAndCountsWhatIsNotFinite) {
  StepGuard guard;
  EXPECT_EQ(guard.judge(1, 1), Verdict::take);
  EXPECT_EQ(guard.judge(kNan, 1), Verdict::skip);
  EXPECT_EQ(guard.judge(1, std::numeric_limits<double>::infinity()), Verdict::skip);
  EXPECT_EQ(guard.judge(1, 1), Verdict::take);
  EXPECT_EQ(guard.take_skipped(), 2);
  EXPECT_EQ(guard.take_skipped(), 0);
  EXPECT_EQ(guard.learning_rate_factor(), 1);
}

TEST(StepGuard, GoesBackWithASmallerStepAndStopsWhenThatDoesNotHelp) {
  StepGuard guard;
  for (const double factor : {0.5, 0.25, 0.125, 0.0625}) {
    EXPECT_EQ(guard.judge(1, 1), Verdict::take);
    EXPECT_EQ(repeat(guard, 4, kNan, 1), Verdict::skip);
    EXPECT_EQ(guard.judge(kNan, 1), Verdict::restore);
    EXPECT_EQ(guard.learning_rate_factor(), factor);
  }
  EXPECT_EQ(guard.judge(1, 1), Verdict::take);
  EXPECT_EQ(repeat(guard, 5, kNan, 1), Verdict::stop);
  guard.use_whole_learning_rate();
  EXPECT_EQ(guard.learning_rate_factor(), 1);
}

TEST(StepGuard, StopsAtOnceWhereThereIsNothingToGoBackTo) {
  StepGuard guard;
  EXPECT_EQ(repeat(guard, 5, kNan, 1), Verdict::stop);
  StepGuard kept;
  EXPECT_EQ(kept.judge(1, 1), Verdict::take);
  EXPECT_TRUE(kept.ends_well());
  // The step that shows that the state is good is already one from it.
  EXPECT_EQ(kept.judge(1, 1), Verdict::take);
  kept.kept_good_state();
  EXPECT_EQ(repeat(kept, 5, kNan, 1), Verdict::restore);
  EXPECT_EQ(repeat(kept, 5, kNan, 1), Verdict::stop);
}

TEST(StepGuard, KnowsWhichStatesAreWorthGoingBackTo) {
  StepGuard guard;
  EXPECT_FALSE(guard.ends_well()) << "nothing happened";
  const auto epoch = [&](double loss) {
    repeat(guard, 10, loss, 1);
    return guard.ends_well();
  };
  EXPECT_TRUE(epoch(100));
  EXPECT_TRUE(epoch(80));
  EXPECT_TRUE(epoch(110));
  EXPECT_FALSE(epoch(130));
  EXPECT_TRUE(epoch(80));
  guard.judge(1, 1);
  guard.judge(kNan, 1);
  EXPECT_FALSE(guard.ends_well());
}

TEST(StepGuard, SkipsSpikesUntilTheyAreTheRule) {
  StepGuard guard;
  EXPECT_EQ(guard.judge(1, 5000), Verdict::take) << "nothing is known of norms yet";
  EXPECT_EQ(repeat(guard, 400, 1, 2), Verdict::take);
  EXPECT_EQ(guard.judge(1, 150), Verdict::take);
  EXPECT_EQ(guard.judge(1, 5000), Verdict::skip_spike);
  EXPECT_EQ(guard.judge(1, 2), Verdict::take);
  EXPECT_EQ(repeat(guard, 4, 1, 5000), Verdict::skip_spike);
  EXPECT_EQ(guard.judge(1, 5000), Verdict::take);
  EXPECT_EQ(guard.judge(1, 5000), Verdict::take);
}

TEST(StepGuard, GoesOnWhereItWasSaved) {
  StepGuard guard, resumed;
  repeat(guard, 250, 1, 2);
  repeat(guard, 3, kNan, 2);
  resumed.load(guard.save());
  EXPECT_EQ(resumed.save(), guard.save());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(resumed.judge(kNan, 1), guard.judge(kNan, 1)) << i;
  EXPECT_EQ(resumed.judge(1, 5000), guard.judge(1, 5000));
}

}  // namespace
}  // namespace elbo
