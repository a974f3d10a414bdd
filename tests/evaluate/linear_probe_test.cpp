// The linear probe: what a linear classifier can and can't tell, and what it must not depend on.
#include "elbo/evaluate/linear_probe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

struct Labelled {
  Array codes, labels;
};

/// Draws a label in 0..classes-1 and lets `place` put its code.
Labelled draw(std::int64_t count, std::uint32_t classes, std::int64_t size, std::uint64_t seed,
              const std::function<double(std::int32_t label, std::size_t axis)>& place,
              double deviation) {
  Labelled drawn{Array(DType::f32, {count, size}), Array(DType::i32, {count})};
  RandomSequence random(seed);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::int32_t>(random.next_below(classes));
    drawn.labels.values<std::int32_t>()[static_cast<std::size_t>(i)] = label;
    for (std::size_t j = 0; j < static_cast<std::size_t>(size); ++j) {
      drawn.codes.row<float>(i)[j] =
          static_cast<float>(place(label, j) + deviation * random.next_normal());
    }
  }
  return drawn;
}

double probe(const Labelled& train, const Labelled& test, std::int64_t classes, int threads = 1) {
  return linear_probe_accuracy(train.codes, train.labels, test.codes, test.labels, classes,
                               threads);
}

double on_a_circle(std::int32_t label, std::size_t axis) {
  const double angle = 2 * M_PI * label / 5;
  return 4 * (axis == 0 ? std::cos(angle) : std::sin(angle));
}

TEST(LinearProbe, TellsClassesOnACircleApart) {
  const Labelled train = draw(1000, 5, 2, 1, on_a_circle, 0.3);
  EXPECT_EQ(probe(train, draw(1000, 5, 2, 2, on_a_circle, 0.3), 5), 1);
}

TEST(LinearProbe, ReachesTheBestThatNoiseAllows) {
  // Two normals two deviations apart: Phi(1) of them lie on their own side.
  const auto place = [](std::int32_t label, std::size_t) { return label == 0 ? -1.0 : 1.0; };
  const Labelled train = draw(20000, 2, 1, 3, place, 1), test = draw(20000, 2, 1, 4, place, 1);
  // Three standard errors of the test share; the cut itself is within 0.02 of the best.
  EXPECT_NEAR(probe(train, test, 2), 0.5 * std::erfc(-1 / std::sqrt(2.0)), 0.008);
}

TEST(LinearProbe, CannotTellAnExclusiveOr) {
  // Labels 0 and 3 against 1 and 2 would need a curved border: half of them, at most three
  // quarters.
  const auto corner = [](std::int32_t label, std::size_t axis) {
    return (axis == 0 ? label & 1 : label >> 1) == 0 ? -1.0 : 1.0;
  };
  Labelled train = draw(4000, 4, 2, 5, corner, 0.2), test = draw(4000, 4, 2, 6, corner, 0.2);
  for (Labelled* set : {&train, &test}) {
    for (auto& label : set->labels.values<std::int32_t>()) label = label == 1 || label == 2;
  }
  EXPECT_LT(probe(train, test, 2), 0.8);
}

TEST(LinearProbe, DependsOnNeitherScaleNorThreads) {
  Labelled train = draw(3000, 5, 3, 7, on_a_circle, 3), test = draw(500, 5, 3, 8, on_a_circle, 3);
  const double first = probe(train, test, 5);
  EXPECT_GT(first, 0.4);
  EXPECT_LT(first, 0.95);
  EXPECT_EQ(probe(train, test, 5, 3), first);
  for (Labelled* set : {&train, &test}) {
    for (float& value : set->codes.values<float>()) value *= 1024;
  }
  EXPECT_EQ(probe(train, test, 5), first);
}

TEST(LinearProbe, FallsBackToTheCommonestClass) {
  Labelled train = draw(
      300, 3, 2, 9, [](auto, auto) { return 2.0; }, 0);
  for (std::size_t i = 0; i < 200; ++i) train.labels.values<std::int32_t>()[i] = 2;
  double commonest = 0;
  for (const auto label : train.labels.values<std::int32_t>()) commonest += label == 2;
  EXPECT_EQ(probe(train, train, 3), commonest / 300);
}

}  // namespace
}  // namespace elbo
