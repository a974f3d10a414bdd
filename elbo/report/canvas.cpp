#include "elbo/report/canvas.h"

#include <algorithm>
#include <cmath>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/io/png.h"
#include "elbo/report/stroke_font.h"

namespace elbo {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 27;
/// Half the pen's width, in ems.
constexpr float kPenRadius = 0.046f;
/// A dot is a little thicker than a line, or it looks thinner.
constexpr float kDotScale = 1.35f;

std::int64_t checked_area(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1 || width > kMaxPixels / height) {
    throw FileError("a figure of {} x {} pixels can't be made: expected 1 to {} pixels in all",
                    width, height, kMaxPixels);
  }
  return width * height;
}

struct Segment {
  stroke_font::Point from, to;
  float radius;

  /// How much of the pixel around (x, y) the round pen covers, from the distance to the segment.
  float coverage(float x, float y) const {
    const float dx = to.x - from.x, dy = to.y - from.y, squared = dx * dx + dy * dy;
    const float px = x - from.x, py = y - from.y;
    const float along = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.f, 1.f) : 0.f;
    const float distance = std::hypot(px - along * dx, py - along * dy);
    return std::clamp(radius + 0.5f - distance, 0.f, 1.f);
  }
};

/// The pixels [left, right) x [top, bottom) that the pen touches on a canvas of this size. Where
/// segments join or cross a pixel counts once, by the segment that covers it most.
struct Mask {
  std::int64_t left, top, right, bottom;
  std::vector<float> coverage;

  Mask(const std::vector<Segment>& segments, std::int64_t width, std::int64_t height)
      : left(width), top(height), right(0), bottom(0) {
    for (const Segment& segment : segments) {
      left = std::min(left, first(segment.from.x, segment.to.x, segment.radius));
      top = std::min(top, first(segment.from.y, segment.to.y, segment.radius));
      right = std::max(right, last(segment.from.x, segment.to.x, segment.radius, width));
      bottom = std::max(bottom, last(segment.from.y, segment.to.y, segment.radius, height));
    }
    right = std::max(left, right);
    bottom = std::max(top, bottom);
    coverage.resize(static_cast<std::size_t>((right - left) * (bottom - top)));
    for (const Segment& segment : segments) add(segment);
  }
  std::size_t index(std::int64_t x, std::int64_t y) const {
    return static_cast<std::size_t>((y - top) * (right - left) + x - left);
  }

 private:
  static std::int64_t first(float a, float b, float radius) {
    return std::max<std::int64_t>(0, std::lround(std::floor(std::min(a, b) - radius - 1)));
  }
  static std::int64_t last(float a, float b, float radius, std::int64_t limit) {
    return std::min<std::int64_t>(limit, std::lround(std::ceil(std::max(a, b) + radius + 1)));
  }
  void add(const Segment& segment) {
    const auto& [from, to, radius] = segment;
    for (std::int64_t y = first(from.y, to.y, radius); y < last(from.y, to.y, radius, bottom);
         ++y) {
      for (std::int64_t x = first(from.x, to.x, radius); x < last(from.x, to.x, radius, right);
           ++x) {
        const float covered =
            segment.coverage(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f);
        coverage[index(x, y)] = std::max(coverage[index(x, y)], covered);
      }
    }
  }
};

std::uint8_t mixed(std::uint8_t paper, std::uint8_t ink, float coverage) {
  const float value =
      static_cast<float>(paper) * (1 - coverage) + static_cast<float>(ink) * coverage;
  return static_cast<std::uint8_t>(std::lround(value));
}

}  // namespace

Canvas::Canvas(std::int64_t width, std::int64_t height)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(checked_area(width, height)) * 3, 255) {}

Colour Canvas::pixel(std::int64_t x, std::int64_t y) const {
  ELBO_ASSERT(x >= 0 && x < width_ && y >= 0 && y < height_);
  const auto* at = &pixels_[static_cast<std::size_t>(y * width_ + x) * 3];
  return {at[0], at[1], at[2]};
}

void Canvas::fill(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
                  Colour colour) {
  const std::int64_t right = std::min(x + width, width_), bottom = std::min(y + height, height_);
  for (std::int64_t row = std::max<std::int64_t>(y, 0); row < bottom; ++row) {
    for (std::int64_t column = std::max<std::int64_t>(x, 0); column < right; ++column) {
      auto* at = &pixels_[static_cast<std::size_t>(row * width_ + column) * 3];
      at[0] = colour.red;
      at[1] = colour.green;
      at[2] = colour.blue;
    }
  }
}

void Canvas::draw_image(std::int64_t x, std::int64_t y, std::span<const std::uint8_t> image,
                        std::int64_t height, std::int64_t width, std::int64_t channels,
                        std::int64_t scale, bool ink) {
  ELBO_ASSERT(static_cast<std::int64_t>(image.size()) == height * width * channels);
  const std::size_t second = channels == 3 ? 1 : 0, third = channels == 3 ? 2 : 0;
  const std::uint8_t flip = ink ? 255 : 0;
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      const auto* at = &image[static_cast<std::size_t>((row * width + column) * channels)];
      const auto value = [flip](std::uint8_t v) { return static_cast<std::uint8_t>(v ^ flip); };
      fill(x + column * scale, y + row * scale, scale, scale,
           {value(at[0]), value(at[second]), value(at[third])});
    }
  }
}

void Canvas::draw_text(float x, float y, std::string_view text, const TextStyle& style) {
  const stroke_font::Text set = stroke_font::lay_out(text);
  const float shift = style.align == Align::left     ? 0
                      : style.align == Align::centre ? set.width / 2
                                                     : set.width;
  std::vector<Segment> segments;
  for (const stroke_font::Stroke& stroke : set.strokes) {
    for (std::size_t i = 0; i < stroke.size(); ++i) {
      const auto place = [&](const stroke_font::Point& point) -> stroke_font::Point {
        const float along = (point.x - shift) * style.size, up = point.y * style.size;
        if (style.upwards) return {x - up, y - along};
        return {x + along, y - up};
      };
      const float radius = kPenRadius * style.size * (stroke.size() == 1 ? kDotScale : 1);
      if (i > 0 || stroke.size() == 1) {
        segments.push_back({place(stroke[i > 0 ? i - 1 : 0]), place(stroke[i]), radius});
      }
    }
  }
  if (segments.empty()) return;
  const Mask mask(segments, width_, height_);
  for (std::int64_t row = mask.top; row < mask.bottom; ++row) {
    for (std::int64_t column = mask.left; column < mask.right; ++column) {
      auto* at = &pixels_[static_cast<std::size_t>(row * width_ + column) * 3];
      const float coverage = mask.coverage[mask.index(column, row)];
      at[0] = mixed(at[0], style.colour.red, coverage);
      at[1] = mixed(at[1], style.colour.green, coverage);
      at[2] = mixed(at[2], style.colour.blue, coverage);
    }
  }
}

void Canvas::draw_canvas(std::int64_t x, std::int64_t y, const Canvas& other) {
  draw_image(x, y, other.pixels_, other.height_, other.width_, 3, 1, false);
}

void Canvas::write(const std::filesystem::path& path) const {
  const auto width = static_cast<int>(width_), height = static_cast<int>(height_);
  std::vector<std::uint8_t> grey;
  grey.reserve(pixels_.size() / 3);
  for (std::size_t i = 0; i < pixels_.size(); i += 3) {
    if (pixels_[i] != pixels_[i + 1] || pixels_[i] != pixels_[i + 2]) {
      write_png(path, width, height, 3, pixels_);
      return;
    }
    grey.push_back(pixels_[i]);
  }
  write_png(path, width, height, 1, grey);
}

float text_width(std::string_view text, float size) {
  return stroke_font::lay_out(text).width * size;
}

}  // namespace elbo
