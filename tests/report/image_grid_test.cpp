#include "elbo/report/image_grid.h"

#include <gtest/gtest.h>

#include <numeric>

#include "elbo/base/error.h"
#include "elbo/io/png.h"
#include "tests/report/synthetic_study.h"

namespace elbo {
namespace {

Array ramp(Extents extents) {
  Array images(DType::u8, std::move(extents));
  auto values = images.values<std::uint8_t>();
  std::iota(values.begin(), values.end(), std::uint8_t{1});
  return images;
}

TEST(ImageGrid, PutsEachImageInItsCell) {
  ImageGrid grid;
  grid.images = ramp({2, 3, 2, 2, 1});
  grid.max_scale = 2;
  grid.gap = 3;
  const Canvas canvas = compose(grid);
  // Margin 12 around; cells of 2 x 2 pixels at scale 2, 3 apart.
  EXPECT_EQ(canvas.width(), 12 + 3 * 4 + 2 * 3 + 12);
  EXPECT_EQ(canvas.height(), 12 + 2 * 4 + 3 + 12);
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) {
      for (int pixel = 0; pixel < 4; ++pixel) {
        const int x = 12 + column * 7 + pixel % 2 * 2, y = 12 + row * 7 + pixel / 2 * 2;
        const int expected = 1 + (row * 3 + column) * 4 + pixel;
        EXPECT_EQ(canvas.pixel(x, y).red, expected);
        EXPECT_EQ(canvas.pixel(x + 1, y + 1).blue, expected);
      }
    }
  }
  EXPECT_EQ(canvas.pixel(12 + 4, 12).red, 255);
}

TEST(ImageGrid, ShowsDigitsAsInkAndColourAsItIs) {
  Array dark(DType::u8, {1, 1, 2, 2, 1});
  dark.values<std::uint8_t>()[3] = 200;
  EXPECT_TRUE(shows_as_ink(dark));
  ImageGrid grid;
  grid.images = dark;
  grid.ink = true;
  grid.max_scale = 1;
  const Canvas canvas = compose(grid);
  EXPECT_EQ(canvas.pixel(12, 12).red, 255);
  EXPECT_EQ(canvas.pixel(13, 13).red, 55);
  EXPECT_FALSE(shows_as_ink(Array(DType::u8, {1, 2, 2, 3})));
  EXPECT_FALSE(shows_as_ink(ramp({1, 15, 15, 1})));
}

TEST(ImageGrid, LabelsMakeRoomAndLongOnesAreCut) {
  ImageGrid grid;
  grid.images = ramp({2, 2, 4, 4, 1});
  grid.max_scale = 1;
  const std::int64_t bare = compose(grid).width();
  grid.row_labels = {"a label", "", "a third for no row"};
  const std::int64_t labelled = compose(grid).width();
  EXPECT_GT(labelled, bare + 50);
  grid.row_labels = {std::string(100000, 'm')};
  EXPECT_LT(compose(grid).width(), 3000);
  grid.row_labels.clear();
  grid.group_starts = {1};
  EXPECT_EQ(compose(grid).height(), 12 + 4 + 28 + 4 + 12);
}

TEST(Canvas, DrawsTextInsideTheRoomItAsksFor) {
  Canvas canvas(400, 60);
  const std::string text = "Agy: σ = 0.25, {3 → 8}";
  canvas.draw_text(20, 40, text, {.size = 30});
  const auto width = static_cast<std::int64_t>(text_width(text, 30));
  int inside = 0, outside = 0;
  for (std::int64_t y = 0; y < 60; ++y) {
    for (std::int64_t x = 0; x < 400; ++x) {
      if (canvas.pixel(x, y).red > 200) continue;
      ++(x >= 20 && x <= 20 + width && y >= 12 && y <= 50 ? inside : outside);
    }
  }
  EXPECT_GT(inside, 300);
  EXPECT_EQ(outside, 0);
}

TEST(Canvas, TextOutsideOrUnknownIsHarmless) {
  Canvas canvas(20, 20);
  canvas.draw_text(-1000, -1000, "far away", {});
  canvas.draw_text(1000, 5, "far away", {.upwards = true});
  canvas.draw_text(-5, 25, "half", {.size = 40});
  canvas.draw_text(2, 18, "\xff\xe2\x82", {.size = 20});
  EXPECT_EQ(text_width("\xf0\x9f\x98\x80", 10), text_width("\xe6\x97\xa5", 10));
  EXPECT_THROW(Canvas(0, 5), FileError);
  EXPECT_THROW(Canvas(std::int64_t{1} << 40, std::int64_t{1} << 40), FileError);
}

TEST(Canvas, WritesGreyAsOneChannel) {
  const testing::StudyFolder folder;
  Canvas canvas(5, 4);
  canvas.fill(1, 1, 2, 2, {9, 9, 9});
  canvas.write(folder.path() / "grey.png");
  EXPECT_EQ(read_png(folder.path() / "grey.png").extents(), (Extents{4, 5, 1}));
  canvas.fill(1, 1, 1, 1, {9, 8, 9});
  canvas.write(folder.path() / "colour.png");
  const Array colour = read_png(folder.path() / "colour.png");
  EXPECT_EQ(colour.extents(), (Extents{4, 5, 3}));
  EXPECT_EQ(colour.values<std::uint8_t>()[(1 * 5 + 1) * 3 + 1], 8);
}

}  // namespace
}  // namespace elbo
