// Random changes of images: what each of them does alone, and that they are repeatable.
#include "elbo/data/distort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/data/source.h"
#include "elbo/data/strokes.h"
#include "elbo/feed/distorted_examples.h"

namespace elbo {
namespace {

constexpr Distortion kNone{.shift = 0, .rotation = 0, .scale = 0, .shear = 0, .contrast = 0};

Dataset digits() {
  return load_dataset("strokes:test?count=40&size=16", {});
}

std::vector<std::uint8_t> bytes_of(const Dataset& data) {
  const auto values = data.examples.values<std::uint8_t>();
  return {values.begin(), values.end()};
}

Dataset distorted(const Distortion& most, std::uint64_t seed = 1, int threads = 1,
                  std::uint32_t round = 0) {
  Dataset data = digits();
  distort(data, most, seed, round, threads, data.examples);
  return data;
}

/// One white pixel amid black ones.
Dataset dot() {
  Dataset data;
  data.spec = "dot";
  data.example = {9, 9, 1};
  data.examples = Array(DType::u8, {200, 81});
  for (std::int64_t i = 0; i < data.count(); ++i) data.examples.row<std::uint8_t>(i)[40] = 255;
  return data;
}

TEST(Distort, ByNothingLeavesImagesAlone) {
  EXPECT_EQ(bytes_of(distorted(kNone)), bytes_of(digits()));
}

TEST(Distort, DependsOnTheSeedAndTheRoundAlone) {
  const auto once = bytes_of(distorted({}));
  EXPECT_NE(once, bytes_of(digits()));
  EXPECT_EQ(once, bytes_of(distorted({}, 1, 3)));
  EXPECT_NE(once, bytes_of(distorted({}, 2)));
  EXPECT_NE(once, bytes_of(distorted({}, 1, 1, 1)));
}

TEST(Distort, LeavesTheImagesAloneWhenTheResultIsElsewhere) {
  const Dataset images = digits();
  Array result(DType::u8, images.examples.extents());
  distort(images, {}, 1, 0, 1, result);
  EXPECT_EQ(bytes_of(images), bytes_of(digits()));
  EXPECT_TRUE(std::ranges::equal(result.values<std::uint8_t>(), bytes_of(distorted({}))));
}

TEST(Distort, MovesAreAsStrongAsAsked) {
  const Distortion half = Distortion::moves(0.5);
  EXPECT_EQ(half.shift, 0.5 * Distortion().shift);
  EXPECT_EQ(half.rotation, 0.5 * Distortion().rotation);
  EXPECT_EQ(half.contrast, 0);
  EXPECT_EQ(bytes_of(distorted(Distortion::moves(0))), bytes_of(digits()));
}

TEST(Distort, ShiftsMoveAPixel) {
  Distortion most = kNone;
  most.shift = 2;
  Dataset data = dot();
  distort(data, most, 1, 0, 1, data.examples);
  double mean_x = 0, least_x = 9, most_x = 0;
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const auto image = data.examples.row<std::uint8_t>(i);
    double light = 0, x = 0;
    for (std::size_t k = 0; k < image.size(); ++k) {
      light += image[k];
      x += image[k] * static_cast<double>(k % 9);
    }
    // Between pixels the cubic is above a line: a dot alone, cut off at black, gains.
    ASSERT_GE(light, 253);
    ASSERT_LE(light, 330);
    x /= light;
    mean_x += x / static_cast<double>(data.count());
    least_x = std::min(least_x, x);
    most_x = std::max(most_x, x);
  }
  EXPECT_NEAR(mean_x, 4, 0.25);
  EXPECT_GE(least_x, 1.98);
  EXPECT_LE(most_x, 6.02);
  EXPECT_LT(least_x, 2.2);
  EXPECT_GT(most_x, 5.8);
}

TEST(Distort, TurnsAndSizesLeaveTheMiddle) {
  Distortion most = kNone;
  most.rotation = 3;
  most.scale = 0.2;
  most.shear = 0.3;
  Dataset data = dot();
  distort(data, most, 1, 0, 1, data.examples);
  for (std::int64_t i = 0; i < data.count(); ++i) {
    EXPECT_EQ(data.examples.row<std::uint8_t>(i)[40], 255);
  }
}

TEST(Distort, ContrastKeepsBlackWhiteAndOrder) {
  Distortion most = kNone;
  most.contrast = 1;
  Dataset data;
  data.spec = "ramp";
  data.example = {16, 16, 1};
  data.examples = Array(DType::u8, {5, 256});
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto image = data.examples.row<std::uint8_t>(i);
    std::iota(image.begin(), image.end(), std::uint8_t{0});
  }
  distort(data, most, 1, 0, 1, data.examples);
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto image = data.examples.row<std::uint8_t>(i);
    EXPECT_EQ(image.front(), 0);
    EXPECT_EQ(image.back(), 255);
    EXPECT_TRUE(std::ranges::is_sorted(image));
    EXPECT_LE(image[64], 64);
    EXPECT_GE(image[192], 192);
  }
}

TEST(Distort, EachEpochHasItsOwnImages) {
  const Dataset images = digits();
  DistortedExamples examples(images, 1, 1, 1);
  EXPECT_EQ(bytes_of(examples.data()), bytes_of(images));
  examples.draw(0);
  const auto first = bytes_of(examples.data());
  examples.draw(1);
  EXPECT_NE(bytes_of(examples.data()), first);
  examples.draw(0);
  EXPECT_EQ(bytes_of(examples.data()), first);
}

// A model that is trained on blurred images finds real ones too rough.
TEST(Distort, KeepsEdgesSharp) {
  const auto roughness = [](const Dataset& data) {
    double sum = 0;
    for (std::int64_t i = 0; i < data.count(); ++i) {
      const auto image = data.examples.row<std::uint8_t>(i);
      for (std::size_t k = 1; k < image.size(); ++k) {
        const int step = int{image[k]} - int{image[k - 1]};
        sum += step * step;
      }
    }
    return sum;
  };
  Distortion most = kNone;
  most.shift = 0.5;
  Dataset shifted = digits();
  distort(digits(), most, 1, 0, 1, shifted.examples);
  EXPECT_GT(roughness(shifted), 0.75 * roughness(digits()));
}

TEST(Distort, TakesImagesOfBytesOnly) {
  Dataset table;
  table.spec = "table";
  table.example = {1, 1, 3};
  table.examples = Array(DType::f32, {10, 3});
  EXPECT_THROW(distort(table, {}, 1, 0, 1, table.examples), DataError);
}

}  // namespace
}  // namespace elbo
