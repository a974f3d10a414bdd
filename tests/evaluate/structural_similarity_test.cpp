// SSIM against closed forms and against the definition, window by window.
#include "elbo/evaluate/structural_similarity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

constexpr double kFirst = 1e-4, kSecond = 9e-4;

Array random_images(std::int64_t count, const ImageShape& image, std::uint64_t seed) {
  Array images(DType::f32, {count, image.size()});
  RandomSequence random(seed);
  for (float& pixel : images.values<float>()) pixel = static_cast<float>(random.next_uniform());
  return images;
}

Array filled(std::int64_t size, float value) {
  Array images(DType::f32, {1, size});
  std::ranges::fill(images.values<float>(), value);
  return images;
}

/// By the definition: every window of every channel of every picture.
double brute_force(const Array& a, const Array& b, const ImageShape& image, int size) {
  double total = 0, windows = 0;
  for (std::int64_t n = 0; n < a.extent(0); ++n) {
    for (std::int64_t c = 0; c < image.channels; ++c) {
      for (std::int64_t top = 0; top + size <= image.height; ++top) {
        for (std::int64_t left = 0; left + size <= image.width; ++left) {
          double weight = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
          for (int i = 0; i < size; ++i) {
            for (int j = 0; j < size; ++j) {
              const double u = i - size / 2, v = j - size / 2;
              const double w = std::exp(-(u * u + v * v) / (2 * 1.5 * 1.5));
              const auto at = static_cast<std::size_t>(
                  ((top + i) * image.width + left + j) * image.channels + c);
              const double p = a.row<float>(n)[at], q = b.row<float>(n)[at];
              weight += w;
              x += w * p;
              y += w * q;
              xx += w * p * p;
              yy += w * q * q;
              xy += w * p * q;
            }
          }
          x /= weight;
          y /= weight;
          const double variance_x = xx / weight - x * x, variance_y = yy / weight - y * y;
          total += (2 * x * y + kFirst) * (2 * (xy / weight - x * y) + kSecond) /
                   ((x * x + y * y + kFirst) * (variance_x + variance_y + kSecond));
          ++windows;
        }
      }
    }
  }
  return total / windows;
}

TEST(StructuralSimilarity, OfEqualPicturesIsOne) {
  const ImageShape image{16, 13, 3};
  const Array pictures = random_images(3, image, 1);
  EXPECT_NEAR(structural_similarity(pictures, pictures, image, 1), 1, 1e-12);
}

TEST(StructuralSimilarity, OfEvenPicturesComparesTheirBrightness) {
  const ImageShape image{12, 12, 1};
  const double found = structural_similarity(filled(144, 0.25f), filled(144, 0.75f), image, 1);
  EXPECT_NEAR(found, (2 * 0.25 * 0.75 + kFirst) / (0.0625 + 0.5625 + kFirst), 1e-9);
}

TEST(StructuralSimilarity, FollowsTheDefinition) {
  for (const auto& [image, window] : {std::pair{ImageShape{14, 12, 1}, 11},
                                      {ImageShape{11, 11, 2}, 11},
                                      {ImageShape{10, 30, 1}, 9},
                                      {ImageShape{4, 4, 3}, 3},
                                      {ImageShape{2, 5, 1}, 1}}) {
    const Array a = random_images(3, image, 5), noise = random_images(3, image, 6);
    Array b = a;
    for (std::size_t i = 0; i < b.values<float>().size(); ++i) {
      b.values<float>()[i] = 0.7f * a.values<float>()[i] + 0.3f * noise.values<float>()[i];
    }
    const double found = structural_similarity(a, b, image, 1);
    EXPECT_NEAR(found, brute_force(a, b, image, window), 1e-9) << image.height;
    EXPECT_EQ(structural_similarity(a, b, image, 3), found);
    EXPECT_LT(found, 1);
  }
}

}  // namespace
}  // namespace elbo
