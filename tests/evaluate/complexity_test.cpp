#include "elbo/evaluate/complexity.h"

#include <gtest/gtest.h>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

/// Flat, a horizontal ramp, vertical stripes, and noise: 28 x 28.
Dataset four_images() {
  Dataset data;
  data.spec = "four";
  data.example = {28, 28, 1};
  data.examples = Array(DType::u8, {4, 784});
  RandomSequence random(1);
  for (std::size_t pixel = 0; pixel < 784; ++pixel) {
    const std::size_t x = pixel % 28;
    data.examples.row<std::uint8_t>(0)[pixel] = 200;
    data.examples.row<std::uint8_t>(1)[pixel] = static_cast<std::uint8_t>(9 * x);
    data.examples.row<std::uint8_t>(2)[pixel] = static_cast<std::uint8_t>(37 * x * x);
    data.examples.row<std::uint8_t>(3)[pixel] = static_cast<std::uint8_t>(random.next_below(256));
  }
  return data;
}

TEST(Complexity, GrowsWithWhatThereIsToSay) {
  const auto nats = compressed_nats(four_images(), 1);
  ASSERT_EQ(nats.size(), 4U);
  // A flat image and a ramp are a few differences; stripes repeat from row to row.
  for (const std::size_t simple : {0, 1, 2}) EXPECT_LT(nats[simple], 0.15 * nats[3]) << simple;
  // Noise can't be compressed: 784 bytes of log(256) nats each, and a few for the format.
  EXPECT_NEAR(nats[3], 784 * 5.545, 0.04 * 784 * 5.545);
}

TEST(Complexity, IsTheSameOnAnyNumberOfThreads) {
  EXPECT_EQ(compressed_nats(four_images(), 1), compressed_nats(four_images(), 3));
}

}  // namespace
}  // namespace elbo
