#include "elbo/data/strokes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "elbo/base/error.h"
#include "elbo/data/pen.h"

namespace elbo {
namespace {

StrokesOptions few(std::int64_t count) {
  StrokesOptions options;
  options.count = count;
  options.seed = 11;
  return options;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

/// Second moments of the ink about its centre, in pixels squared.
struct Moments {
  double ink = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  explicit Moments(std::span<const std::uint8_t> image, int size = 28) {
    const auto at = [&](int row, int column) {
      return image[static_cast<std::size_t>(row * size + column)] / 255.0;
    };
    for (int i = 0; i < size; ++i) {
      for (int j = 0; j < size; ++j) {
        ink += at(i, j);
        x += at(i, j) * (j + 0.5);
        y += at(i, j) * (i + 0.5);
      }
    }
    x /= ink;
    y /= ink;
    for (int i = 0; i < size; ++i) {
      for (int j = 0; j < size; ++j) {
        const double dx = j + 0.5 - x, dy = i + 0.5 - y;
        xx += at(i, j) * dx * dx / ink;
        xy += at(i, j) * dx * dy / ink;
        yy += at(i, j) * dy * dy / ink;
      }
    }
  }
};

TEST(Strokes, FillTheBoxAsMnistDoes) {
  const Dataset data = make_strokes(few(3000));
  EXPECT_EQ(data.examples.extents(), (Extents{3000, 784}));
  EXPECT_EQ(data.example, (ExampleShape{28, 28, 1}));
  const auto bytes = data.examples.bytes();
  const double mean = std::accumulate(bytes.begin(), bytes.end(), 0.0) /
                      (255.0 * static_cast<double>(bytes.size()));
  EXPECT_NEAR(mean, 0.13, 0.01);  // MNIST: 0.1307; our own spread at 3000 digits is 0.001.
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const auto image = data.examples.row<std::uint8_t>(i);
    EXPECT_EQ(*std::max_element(image.begin(), image.end()), 255);
    const Moments moments(image);
    // Centred to within the shift of 0.7 pixels, and the ink that crossing lines share.
    EXPECT_NEAR(moments.x, 14, 2);
    EXPECT_NEAR(moments.y, 14, 2);
  }
}

TEST(Strokes, EachDigitIsATenth) {
  const Dataset data = make_strokes(few(5000));
  EXPECT_EQ(data.class_count(), 10);
  std::vector<int> members(10);
  for (const std::int32_t label : data.labels->values<std::int32_t>()) {
    ASSERT_TRUE(label >= 0 && label < 10);
    ++members[static_cast<std::size_t>(label)];
  }
  for (const int count : members) EXPECT_NEAR(count, 500, 5 * 21);  // five deviations
}

TEST(Strokes, AreTheSameForTheSameSeedWhateverTheThreadsAndTheCount) {
  StrokesOptions options = few(500);
  const Dataset one = make_strokes(options);
  options.threads = 3;
  options.count = 700;
  const Dataset more = make_strokes(options);
  const auto a = one.examples.bytes();
  EXPECT_TRUE(std::equal(a.begin(), a.end(), more.examples.bytes().begin()));
  options.seed = 12;
  const Dataset other = make_strokes(options);
  EXPECT_FALSE(std::equal(a.begin(), a.end(), other.examples.bytes().begin()));
}

TEST(Strokes, SplitsShareNoImage) {
  StrokesOptions options = few(2000);
  const Dataset train = make_strokes(options);
  options.test = true;
  const Dataset test = make_strokes(options);
  std::set<std::vector<std::uint8_t>> seen;
  for (const Dataset* data : {&train, &test}) {
    for (std::int64_t i = 0; i < data->count(); ++i) {
      const auto image = data->examples.row<std::uint8_t>(i);
      seen.emplace(image.begin(), image.end());
    }
  }
  EXPECT_EQ(seen.size(), 4000u);
}

TEST(Strokes, FactorsSayWhatTheImagesShow) {
  const StrokesOptions options = few(4000);
  const Dataset data = make_strokes(options);
  const Array factors = strokes_factors(options);
  ASSERT_EQ(factors.extents(), (Extents{4000, 4}));
  ASSERT_EQ(strokes_factor_names().size(), 4u);
  std::vector<double> slant, thickness, size, turned, lean, ink, height;
  const auto labels = data.labels->values<std::int32_t>();
  for (std::int64_t i = 0; i < data.count(); ++i) {
    // Zeros and eights are symmetric enough for their moments to tell slant from shape.
    const std::int32_t digit = labels[static_cast<std::size_t>(i)];
    if (digit != 0 && digit != 8) continue;
    const auto row = factors.row<float>(i);
    const Moments moments(data.examples.row<std::uint8_t>(i));
    slant.push_back(row[kSlant]);
    thickness.push_back(row[kThickness]);
    size.push_back(row[kSize]);
    turned.push_back(row[kRotation]);
    lean.push_back(-moments.xy / moments.yy);
    ink.push_back(moments.ink);
    height.push_back(std::sqrt(moments.yy));
  }
  // What is missing to 1 is the other factors' doing: a larger digit has more ink as well.
  EXPECT_GT(correlation(slant, lean), 0.7);
  EXPECT_GT(correlation(thickness, ink), 0.7);
  EXPECT_GT(correlation(size, height), 0.5);
  EXPECT_GT(correlation(turned, lean), 0.2);  // Turned clockwise, a digit leans to the right too.
  // Independent of each other: five deviations of 1 / sqrt(800).
  EXPECT_NEAR(correlation(slant, thickness), 0, 0.18);
  EXPECT_NEAR(correlation(size, turned), 0, 0.18);
}

TEST(Strokes, FactorsKeepTheirRanges) {
  const Array factors = strokes_factors(few(2000));
  const double low[] = {-0.2, 1.7, 0.8, -0.2}, high[] = {0.5, 3.5, 1.05, 0.2};
  for (int f = 0; f < kStrokesFactors; ++f) {
    double smallest = 1e9, largest = -1e9;
    for (std::int64_t i = 0; i < 2000; ++i) {
      const double value = factors.row<float>(i)[static_cast<std::size_t>(f)];
      smallest = std::min(smallest, value);
      largest = std::max(largest, value);
    }
    const double slack = 0.01 * (high[f] - low[f]);  // 2000 draws come within e^-20 of it
    EXPECT_NEAR(smallest, low[f], slack);
    EXPECT_NEAR(largest, high[f], slack);
  }
}

TEST(Strokes, ScaleWithTheImage) {
  StrokesOptions options = few(200);
  const Dataset usual = make_strokes(options);
  options.size = 56;
  const Dataset large = make_strokes(options);
  EXPECT_EQ(large.example, (ExampleShape{56, 56, 1}));
  double small_ink = 0, large_ink = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    small_ink += Moments(usual.examples.row<std::uint8_t>(i)).ink;
    large_ink += Moments(large.examples.row<std::uint8_t>(i), 56).ink;
  }
  EXPECT_NEAR(large_ink / small_ink, 4, 0.2);  // Edges are a part smaller when all is larger.
}

TEST(Strokes, RefuseAbsurdSizes) {
  StrokesOptions options = few(0);
  EXPECT_THROW(make_strokes(options), UsageError);
  options.count = std::int64_t{1} << 40;
  EXPECT_THROW(make_strokes(options), UsageError);
  EXPECT_THROW(strokes_factors(options), UsageError);
  options = few(10);
  options.size = 7;
  EXPECT_THROW(make_strokes(options), UsageError);
}

TEST(Pen, DrawsALineOfTheRightWeight) {
  Pen pen(28);
  std::vector<std::uint8_t> image(784);
  const Segment line = {4, 14, 24, 14};
  pen.draw({&line, 1}, 3, image);
  // 20 by 3 pixels and two half discs of radius 1.5, all soft-edged: 67.1 pixels of ink.
  EXPECT_NEAR(Moments(image).ink, 20 * 3 + 3.14159 * 2.25, 0.03 * 67);
  EXPECT_EQ(image[14 * 28 + 14], 255);
  EXPECT_EQ(image[10 * 28 + 14], 0);
}

TEST(Pen, CutsOffWhatLiesOutside) {
  Pen pen(8);
  std::vector<std::uint8_t> image(64, 9);
  const Segment lines[] = {{-100, -100, -90, -90}, {1e9f, 3, 2e9f, 3}, {-5, 4, 20, 4}};
  pen.draw(lines, 2, image);
  EXPECT_EQ(image[0], 0);
  // Half a pixel from the middle of the line: (1 + 0.7 - 0.5) / 1.4 of full ink.
  EXPECT_EQ(image[4 * 8], 219);
}

TEST(Pen, FlattensThroughTheKnots) {
  std::vector<Segment> segments;
  flatten({{{0, 0}, {1, 1, true}, {2, 0}}, false}, segments);
  const auto passes = [&](float x, float y) {
    return std::any_of(segments.begin(), segments.end(),
                       [&](const Segment& s) { return std::hypot(s.bx - x, s.by - y) < 1e-5f; });
  };
  EXPECT_TRUE(passes(1, 1));
  EXPECT_TRUE(passes(2, 0));
  // Straight up to the corner.
  EXPECT_TRUE(passes(0.5f, 0.5f));
  segments.clear();
  flatten({{{0, 0}, {1, 0}, {1, 1}, {0, 1}}, true}, segments);
  EXPECT_TRUE(passes(0, 0));  // Back where it began.
}

}  // namespace
}  // namespace elbo
