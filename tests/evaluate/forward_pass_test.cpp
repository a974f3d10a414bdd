// Data through a small graph in batches; whole models go the same way in bound_test.cpp.
#include "elbo/evaluate/forward_pass.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

/// Rows of one number: 0, 1, 2, ...
Dataset counting(std::int64_t count) {
  Dataset data;
  data.spec = "counting";
  data.example = {1, 1, 1};
  data.examples = Array(DType::f32, {count, 1});
  for (std::int64_t i = 0; i < count; ++i) {
    data.examples.row<float>(i)[0] = static_cast<float>(i);
  }
  return data;
}

std::vector<Value> scaled(Graph& graph, const BatchNodes& nodes) {
  return {matmul(nodes.examples(), graph.parameter("scale", Shape{1, 1}, {}))};
}

ParameterMap scale_of(float factor, const Extents& extents = {1, 1}) {
  return {{"scale", Array::from(std::vector<float>(1, factor), extents)}};
}

TEST(ForwardPass, FillsTheLastBatchWithTheLastExample) {
  const Dataset data = counting(7);
  ForwardPass pass(data, scale_of(10), {.batch_size = 4}, scaled);
  EXPECT_EQ(pass.run(0), 4);
  EXPECT_EQ(pass.output(0)[3], 30);
  EXPECT_EQ(pass.run(4), 3);
  EXPECT_EQ(pass.output(0)[2], 60);
  EXPECT_EQ(pass.output(0)[3], 60);
}

TEST(ForwardPass, SaysWhichParameterIsMissing) {
  const Dataset data = counting(1);
  for (const ParameterMap& unfit : {ParameterMap{}, scale_of(1, {1})}) {
    try {
      ForwardPass(data, unfit, {}, scaled);
      FAIL();
    } catch (const ShapeError& error) {
      EXPECT_NE(std::string(error.what()).find("'scale'"), std::string::npos) << error.what();
    }
  }
}

TEST(RunPass, ReturnsEveryExampleOnce) {
  for (const std::int64_t count : {1, 4, 9}) {
    const auto arrays = run_pass(counting(count), scale_of(-1), {.batch_size = 4}, scaled);
    ASSERT_EQ(arrays.size(), 1U);
    ASSERT_EQ(arrays[0].extents(), (Extents{count, 1}));
    for (std::int64_t i = 0; i < count; ++i) {
      EXPECT_EQ(arrays[0].row<float>(i)[0], -static_cast<float>(i));
    }
  }
}

}  // namespace
}  // namespace elbo
