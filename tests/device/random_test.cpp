// The cpu device's random numbers are the reference device's, for any length, any split of a batch
// and any number of threads.
#include <gtest/gtest.h>

#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::run_plan;

constexpr RunContext kContext{.seed = 0x123456789abcdefull, .step = 40, .first_example = 7};

class RandomNumbers : public ::testing::TestWithParam<bool> {
 protected:
  static Value draw(Graph& graph, const Shape& shape) {
    return GetParam() ? graph.random_normal(shape) : graph.random_uniform(shape);
  }
};

TEST_P(RandomNumbers, AreTheReferenceDevices) {
  for (const std::int64_t length : {1, 2, 3, 5, 7, 15, 31, 63, 64, 127, 1023, 1025, 4099}) {
    Graph graph;
    const Value first = draw(graph, Shape{kBatch, length});
    const Value second = draw(graph, Shape{length});
    const auto found = run_plan(graph, {first, second}, {}, {3}, kContext);
    const auto expected =
        run_plan(graph, {first, second}, {}, {3, DeviceKind::reference}, kContext);
    for (const std::size_t output : {0, 1}) {
      ASSERT_EQ(found[output].size(), expected[output].size());
      for (std::size_t i = 0; i < found[output].size(); ++i) {
        // Uniform numbers are exact; normal ones go through log, sqrt, cos and sin.
        const double tolerance = GetParam() ? 2e-6 : 0;
        ASSERT_NEAR(found[output][i], expected[output][i], tolerance) << length << ", " << i;
      }
    }
  }
}

TEST_P(RandomNumbers, DoNotDependOnHowABatchIsSplit) {
  for (const std::int64_t length : {1, 6, 17, 2051}) {
    Graph graph;
    const Value value = draw(graph, Shape{kBatch, length});
    const Floats whole = run_plan(graph, {value}, {}, {8}, kContext)[0];
    for (const auto& parts : {std::vector<std::int64_t>{4, 4}, {1, 7}, {3, 3, 2}}) {
      Floats joined;
      RunContext context = kContext;
      for (const std::int64_t part : parts) {
        const Floats values = run_plan(graph, {value}, {}, {part}, context)[0];
        joined.insert(joined.end(), values.begin(), values.end());
        context.first_example += static_cast<std::uint32_t>(part);
      }
      EXPECT_EQ(joined, whole) << length;
    }
  }
}

TEST_P(RandomNumbers, DoNotDependOnTheNumberOfThreads) {
  Graph graph;
  const Value wide = draw(graph, Shape{kBatch, 5001}), narrow = draw(graph, Shape{kBatch, 3});
  const auto one = run_plan(graph, {wide, narrow}, {}, {50}, kContext);
  for (const int threads : {2, 3}) {
    EXPECT_EQ(run_plan(graph, {wide, narrow}, {}, {50, DeviceKind::cpu, threads}, kContext), one);
  }
}

TEST_P(RandomNumbers, AreTheFirstExamplesForAllWhenAsked) {
  Graph graph;
  const Value values = draw(graph, Shape{kBatch, 2051}), shared = draw(graph, Shape{5});
  RunContext first = kContext, same = kContext;
  first.first_example = 0;
  same.same_noise = true;
  const auto one = run_plan(graph, {values, shared}, {}, {1}, first);
  Floats three;
  for (int i = 0; i < 3; ++i) three.insert(three.end(), one[0].begin(), one[0].end());
  for (const DeviceKind device : {DeviceKind::cpu, DeviceKind::reference}) {
    const auto found = run_plan(graph, {values, shared}, {}, {3, device}, same);
    for (std::size_t i = 0; i < three.size(); ++i) ASSERT_NEAR(found[0][i], three[i], 2e-6) << i;
    for (std::size_t i = 0; i < 5; ++i) ASSERT_NEAR(found[1][i], one[1][i], 2e-6) << i;
  }
}

TEST_P(RandomNumbers, DifferByStreamStepAndSeed) {
  Graph graph;
  const Value a = draw(graph, Shape{kBatch, 32}), b = draw(graph, Shape{kBatch, 32});
  const auto base = run_plan(graph, {a, b}, {}, {2}, kContext);
  EXPECT_NE(base[0], base[1]);
  EXPECT_NE(Floats(base[0].begin(), base[0].begin() + 32),
            Floats(base[0].begin() + 32, base[0].end()));
  RunContext other = kContext;
  ++other.step;
  EXPECT_NE(run_plan(graph, {a}, {}, {2}, other)[0], base[0]);
  other = kContext;
  other.seed ^= std::uint64_t{1} << 40;
  EXPECT_NE(run_plan(graph, {a}, {}, {2}, other)[0], base[0]);
  EXPECT_EQ(run_plan(graph, {a}, {}, {2}, kContext)[0], base[0]);
}

INSTANTIATE_TEST_SUITE_P(All, RandomNumbers, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "normal" : "uniform"; });

}  // namespace
}  // namespace elbo
