// Whole graphs, grown at random, on the cpu device against the reference device: fusion, memory
// and kernels together.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/graph/gradients.h"
#include "tests/device/run_plan.h"
#include "tests/graph/random_graphs.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::run_plan;

Floats random_floats(RandomSequence& random, std::int64_t count) {
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random.next_uniform(-1, 1));
  return values;
}

TEST(RandomGraphs, CpuAgreesWithReference) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Graph graph;
    RandomSequence random(seed, 1);
    const auto values = testing::grow_graph(graph, random, 4 + static_cast<int>(seed) / 2);
    std::vector<Value> outputs{values.back(), values[values.size() / 2], values[values.size() / 3]};
    const Value x = graph.find_input("x");
    const auto d = gradients(sum(square(values.back())), {x, graph.find_input("w")});
    outputs.insert(outputs.end(), d.begin(), d.end());
    const std::int64_t batch_size = 1 + random.next_below(90);
    testing::Inputs inputs{{"x", random_floats(random, 6 * batch_size)},
                           {"w", random_floats(random, 36)}};
    if (graph.find_input("row")) inputs["row"] = random_floats(random, 6);
    const auto expected = run_plan(graph, outputs, inputs, {batch_size, DeviceKind::reference});
    const auto found = run_plan(graph, outputs, inputs,
                                {batch_size, DeviceKind::cpu, 1 + static_cast<int>(seed % 3)});
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      double scale = 1;
      for (const float value : expected[i])
        scale = std::max(scale, std::abs(static_cast<double>(value)));
      for (std::size_t j = 0; j < expected[i].size(); ++j) {
        // Single precision through a few dozen operations, some of which double an error.
        ASSERT_NEAR(found[i][j], expected[i][j], 1e-4 * scale) << "output " << i << ", " << j;
      }
    }
  }
}

TEST(RandomGraphs, LongChainsOfMapsRun) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 9});
  Value y = x;
  for (int i = 1; i <= 300; ++i) y = tanh(y * (1 + 0.01 * i) + x * (0.1 / i));
  const Value loss = sum(y);
  const std::vector<Value> outputs{loss, gradients(loss, {x})[0]};
  RandomSequence random(3);
  const testing::Inputs inputs{{"x", random_floats(random, 45)}};
  const auto expected = run_plan(graph, outputs, inputs, {5, DeviceKind::reference});
  const auto found = run_plan(graph, outputs, inputs, {5});
  EXPECT_NEAR(found[0][0], expected[0][0], 1e-4 * std::abs(expected[0][0]));
  for (std::size_t i = 0; i < 45; ++i) EXPECT_NEAR(found[1][i], expected[1][i], 1e-4) << i;
}

TEST(RandomGraphs, ImagesAreReducedByRowAndByChannelInOnePass) {
  // Images in several to a tile, longer than a tile, and too long to be read back; channels that
  // are a few, many, and more than a tile.
  struct Case {
    std::int64_t side, channels;
  };
  for (const auto& [side, channels] :
       {Case{3, 5}, Case{7, 16}, Case{12, 7}, Case{3, 200}, Case{2, 600}, Case{30, 6}}) {
    SCOPED_TRACE(fmt::format("{} x {} x {}", side, side, channels));
    Graph graph;
    const Value x = graph.input("x", Shape{kBatch, Dim(side), Dim(side), Dim(channels)});
    const Value gain = graph.input("gain", Shape{Dim(channels)});
    const Value e = tanh(x * gain);
    const Value mean = sum(e, {1, 2, 3}) * (1.0 / static_cast<double>(side * side * channels));
    const Value centred = e - reshape(mean, Shape{kBatch, 1, 1, 1});
    const std::vector<Value> outputs{centred, mean, sum(centred * gain, {0, 1, 2}),
                                     sum(e, {0, 1, 2}), sum(square(centred), {1, 2, 3})};
    RandomSequence random(7);
    const std::int64_t batch = 37;
    const testing::Inputs inputs{{"x", random_floats(random, batch * side * side * channels)},
                                 {"gain", random_floats(random, channels)}};
    const auto expected = run_plan(graph, outputs, inputs, {batch, DeviceKind::reference});
    const auto found = run_plan(graph, outputs, inputs, {batch});
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      for (std::size_t j = 0; j < expected[i].size(); ++j) {
        ASSERT_NEAR(found[i][j], expected[i][j], 2e-5 * std::max(1.0f, std::abs(expected[i][j])))
            << "output " << i << ", " << j;
      }
    }
    for (const int threads : {2, 3}) {
      EXPECT_EQ(run_plan(graph, outputs, inputs, {batch, DeviceKind::cpu, threads}), found);
    }
  }
}

TEST(RandomGraphs, ResultsDoNotDependOnTheNumberOfThreads) {
  Graph graph;
  RandomSequence random(12);
  const Value x = graph.input("x", Shape{kBatch, 700});
  const Value row = graph.input("row", Shape{700});
  const Value e = exp(tanh(x * row));
  const std::vector<Value> outputs{e, sum(e, {1}), sum(e, {0}), sum(e), max(e, {1}),
                                   e / expand_dims(sum(e, {1}), 1),
                                   // In a kernel of its own, which reads no rows of 700.
                                   sum(square(graph.input("y", Shape{kBatch, 700})), {1})};
  const testing::Inputs inputs{{"x", random_floats(random, 700 * 150)},
                               {"row", random_floats(random, 700)},
                               {"y", random_floats(random, 700 * 150)}};
  const auto one = run_plan(graph, outputs, inputs, {150});
  for (const int threads : {2, 3}) {
    EXPECT_EQ(run_plan(graph, outputs, inputs, {150, DeviceKind::cpu, threads}), one);
  }
}

}  // namespace
}  // namespace elbo
