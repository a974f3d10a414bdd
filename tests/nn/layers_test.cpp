#include "elbo/nn/layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/graph/gradients.h"
#include "elbo/graph/parameters.h"
#include "elbo/nn/network.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;

Floats counting(std::size_t count) {
  Floats values(count);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

/// One 4 x 5 image with two channels: pixel p holds 2 p and 2 p + 1.
Floats run_on_image(const std::function<Value(Value)>& layer) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 4, 5, 2});
  return testing::run_plan(graph, {layer(x)}, {{"x", counting(40)}})[0];
}

TEST(Layers, AveragePoolTakesMeansOfWholeSquares) {
  const Floats means = run_on_image([](Value x) { return average_pool(x, 2); });
  // Squares begin at pixels 0, 2, 10, 12; their other pixels are 1, 5 and 6 further.
  EXPECT_EQ(means, (Floats{6, 7, 10, 11, 26, 27, 30, 31}));
}

TEST(Layers, MaxPoolTakesTheLargestOfEachSquare) {
  const Floats largest = run_on_image([](Value x) { return max_pool(x, 2); });
  EXPECT_EQ(largest, (Floats{12, 13, 16, 17, 32, 33, 36, 37}));
}

TEST(Layers, PoolingNeedsASquare) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 4, 5, 2});
  EXPECT_THROW(average_pool(x, 6), ShapeError);
}

TEST(Layers, UpsampleRepeatsPixels) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 2, 1, 2});
  const Floats y = testing::run_plan(graph, {upsample(x, 2)}, {{"x", {1, 2, 3, 4}}})[0];
  EXPECT_EQ(y, (Floats{1, 2, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 3, 4}));
}

TEST(Layers, UpsamplesGradientSumsWhatWasRepeated) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 2, 1, 1});
  const Value y = upsample(x, 3) * graph.input("w", Shape{kBatch, 6, 3, 1});
  const Floats d = testing::run_plan(graph, gradients(sum(y), {x}), {{"w", counting(18)}})[0];
  EXPECT_EQ(d, (Floats{36, 117}));
}

TEST(Layers, LayerNormStandardisesVectorsAndImages) {
  for (const Shape& shape : {Shape{kBatch, 30}, Shape{kBatch, 3, 5, 2}}) {
    Graph graph;
    const Value y = layer_norm("norm", graph.input("x", shape));
    const ParameterLayout layout(graph);
    Floats parameters(static_cast<std::size_t>(layout.size()));
    layout.initialize(parameters, 1);
    Floats x = counting(60);
    for (float& element : x) element = std::sin(element) * 3 + 7;
    const Floats result =
        testing::run_plan(graph, {y}, {{"x", x}}, {.batch_size = 2}, {}, parameters.data())[0];
    for (const std::size_t first : {std::size_t{0}, std::size_t{30}}) {
      const Floats row(result.begin() + static_cast<std::ptrdiff_t>(first),
                       result.begin() + static_cast<std::ptrdiff_t>(first) + 30);
      const auto moments = testing::moments_of(row);
      EXPECT_NEAR(moments.mean, 0, 1e-5) << shape.to_string();
      EXPECT_NEAR(moments.variance, 1, 0.05) << shape.to_string();
    }
  }
}

std::int64_t parameter_count(const NetworkOptions& options, const ImageShape& image) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, image.size()});
  const Value h = encoder_network("encoder", x, {}, image, options);
  const Value y = decoder_network("decoder", slice(h, 1, 0, 2), {}, image, 2, options);
  EXPECT_EQ(y.shape(), (Shape{kBatch, 2 * image.size()}));
  return ParameterLayout(graph).parameter_count();
}

TEST(Networks, ResidualLayersAddNoParameters) {
  NetworkOptions options{.hidden = {16, 16, 8}};
  const std::int64_t plain = parameter_count(options, {1, 1, 12});
  options.residual = true;
  EXPECT_EQ(parameter_count(options, {1, 1, 12}), plain);
}

TEST(Networks, ConvolutionsFitAnyImage) {
  for (const ImageShape& image :
       {ImageShape{28, 28, 1}, ImageShape{7, 13, 3}, ImageShape{5, 2, 2}}) {
    NetworkOptions options{
        .family = "conv", .hidden = {9}, .channels = {4, 6}, .normalization = "layer"};
    const std::int64_t plain = parameter_count(options, image);
    options.blocks = 1;
    // Two 3 x 3 convolutions with bias, two norms and a gain, at 4 and 6 channels, twice.
    const auto block = [](std::int64_t c) { return 2 * (9 * c * c + c) + 4 * c + c; };
    EXPECT_EQ(parameter_count(options, image) - plain, 2 * (block(4) + block(6)));
  }
}

TEST(Layers, ConvolutionsTakeGroups) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 8, 8, 6});
  const ConvOptions options{.kernel = 3, .stride = 2, .groups = 2};
  const Value y = conv_layer("down", x, 4, options);
  EXPECT_EQ(y.shape(), (Shape{kBatch, 4, 4, 4}));
  EXPECT_EQ(conv_transpose_layer("up", y, 8, 8, 6, options).shape(), x.shape());
  const ParameterLayout layout(graph);
  EXPECT_EQ(layout.parameter_count(), 2 * 9 * 3 * 4 + 4 + 6);
  EXPECT_THROW(conv_layer("uneven", x, 5, options), ShapeError);
  EXPECT_THROW(conv_transpose_layer("uneven", y, 8, 8, 5, options), ShapeError);
}

TEST(Networks, AResidualNetworkBeginsCloseToItsPlainOne) {
  const ImageShape image{8, 8, 1};
  const auto output = [&](std::int64_t blocks) {
    Graph graph;
    const NetworkOptions options{
        .family = "conv", .hidden = {}, .channels = {8}, .normalization = "none", .blocks = blocks};
    const Value h =
        encoder_network("encoder", graph.input("x", Shape{kBatch, 64}), {}, image, options);
    const ParameterLayout layout(graph);
    Floats parameters(static_cast<std::size_t>(layout.size()));
    layout.initialize(parameters, 3);
    Floats x = counting(64);
    for (float& element : x) element = std::cos(element);
    return testing::run_plan(graph, {h}, {{"x", x}}, {}, {}, parameters.data())[0];
  };
  const Floats plain = output(0), residual = output(2);
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    difference += std::pow(static_cast<double>(residual[i] - plain[i]), 2);
    size += std::pow(static_cast<double>(plain[i]), 2);
  }
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, 0.3 * size);
}

}  // namespace
}  // namespace elbo
