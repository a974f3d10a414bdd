// What convolutions in groups refuse, and what they are: one convolution a group, side by side.
#include <gtest/gtest.h>

#include <functional>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"
#include "elbo/graph/ops.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "no ShapeError";
}

Floats random_floats(std::size_t count, std::uint64_t seed) {
  RandomSequence random(seed);
  Floats values(count);
  for (float& value : values) value = static_cast<float>(random.next_normal());
  return values;
}

TEST(ConvolutionsInGroups, AreConvolutionsOfEachGroup) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 5, 5, 6});
  const Value weights = graph.input("weights", Shape{3, 3, 3, 8});
  const auto part = [&](int group) {
    return conv2d(slice(x, 3, group * 3, group * 3 + 3),
                  slice(weights, 3, group * 4, group * 4 + 4), {.stride = 2});
  };
  const Value at_once = conv2d(x, weights, {.stride = 2, .groups = 2});
  const Value side_by_side = concat({part(0), part(1)}, 3);
  const auto results = testing::run_plan(
      graph, {at_once, side_by_side},
      {{"x", random_floats(3 * 150, 1)}, {"weights", random_floats(216, 2)}}, {.batch_size = 3});
  ASSERT_EQ(results[0].size(), results[1].size());
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    // Sums of 27 products of order one.
    EXPECT_NEAR(results[0][i], results[1][i], 1e-5) << i;
  }
}

TEST(ConvolutionsInGroups, SayWhatDoesNotFit) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 5, 5, 6});
  const Value y = graph.input("y", Shape{kBatch, 3, 3, 8});
  const auto weights = [&](std::int64_t inputs, std::int64_t outputs) {
    return graph.input("weights" + std::to_string(inputs) + "_" + std::to_string(outputs),
                       Shape{3, 3, inputs, outputs});
  };
  EXPECT_EQ(message_of([&] { conv2d(x, weights(2, 8), {.groups = 4}); }),
            "conv2d input: 6 channels can't be divided into 4 groups");
  EXPECT_EQ(message_of([&] { conv2d(x, weights(2, 8), {.groups = 3}); }),
            "conv2d output: 8 channels can't be divided into 3 groups");
  EXPECT_NE(message_of([&] {
              conv2d(x, weights(6, 8), {.groups = 2});
            }).find("in 2 groups needs weights (KH, KW, 3, O), found (3, 3, 6, 8)"),
            std::string::npos);
  EXPECT_EQ(message_of([&] { conv2d_input_gradient(y, weights(2, 8), 5, 5, {.groups = 3}); }),
            "conv2d_input_gradient: 8 channels can't be divided into 3 groups");
  EXPECT_EQ(message_of([&] { conv2d_weight_gradient(x, y, 3, 3, {.groups = 3}); }),
            "conv2d_weight_gradient: 8 channels can't be divided into 3 groups");
  EXPECT_EQ(message_of([&] { conv2d(x, weights(6, 8), {.groups = 0}); }),
            "conv2d input: 6 channels can't be divided into 0 groups");
}

}  // namespace
}  // namespace elbo
