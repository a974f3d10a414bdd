#include "elbo/data/pen.h"

#include <algorithm>
#include <cmath>

#include "elbo/base/check.h"

namespace elbo {
namespace {

constexpr int kSegmentsPerSpan = 4;
/// Ink fades from full to none over twice this distance, in pixels; a scanned pen's edge.
constexpr float kSoftness = 0.7f;

/// Catmull-Rom between p1 and p2 at t in [0, 1].
float spline(float p0, float p1, float p2, float p3, float t) {
  const float a = 2 * p1;
  const float b = p2 - p0;
  const float c = 2 * p0 - 5 * p1 + 4 * p2 - p3;
  const float d = -p0 + 3 * p1 - 3 * p2 + p3;
  return 0.5f * (a + t * (b + t * (c + t * d)));
}

}  // namespace

float Segment::length() const {
  return std::hypot(bx - ax, by - ay);
}

void flatten(const PenStroke& stroke, std::vector<Segment>& segments) {
  const auto& knots = stroke.knots;
  const int count = static_cast<int>(knots.size());
  const int spans = stroke.closed ? count : count - 1;
  const auto knot = [&](int i) -> const Knot& {
    return knots[static_cast<std::size_t>((i + count) % count)];
  };
  for (int i = 0; i < spans; ++i) {
    const Knot& from = knot(i);
    const Knot& to = knot(i + 1);
    // Past an end or a corner the curve goes on as if the pen had come from, or went, straight.
    const bool starts = from.corner || (i == 0 && !stroke.closed);
    const bool ends = to.corner || (i == count - 2 && !stroke.closed);
    const Knot before = starts ? Knot{2 * from.x - to.x, 2 * from.y - to.y} : knot(i - 1);
    const Knot after = ends ? Knot{2 * to.x - from.x, 2 * to.y - from.y} : knot(i + 2);
    float x = from.x, y = from.y;
    for (int k = 1; k <= kSegmentsPerSpan; ++k) {
      const float t = static_cast<float>(k) / kSegmentsPerSpan;
      const float next_x = spline(before.x, from.x, to.x, after.x, t);
      const float next_y = spline(before.y, from.y, to.y, after.y, t);
      segments.push_back({x, y, next_x, next_y});
      x = next_x;
      y = next_y;
    }
  }
}

Pen::Pen(int size) : size_(size), squared_distance_(static_cast<std::size_t>(size) * size) {}

void Pen::draw(std::span<const Segment> segments, float thickness, std::span<std::uint8_t> image) {
  ELBO_ASSERT(image.size() == squared_distance_.size());
  const float radius = thickness / 2;
  const float reach = radius + kSoftness;
  std::fill(squared_distance_.begin(), squared_distance_.end(), reach * reach);
  const auto first_pixel = [&](float low) {
    return static_cast<int>(std::clamp(std::ceil(low - reach - 0.5f), 0.0f, 1e6f));
  };
  const auto last_pixel = [&](float high) {
    return static_cast<int>(
        std::clamp(std::floor(high + reach - 0.5f), -1.0f, static_cast<float>(size_ - 1)));
  };
  for (const Segment& s : segments) {
    const float dx = s.bx - s.ax, dy = s.by - s.ay;
    const float inverse = 1 / std::max(dx * dx + dy * dy, 1e-12f);
    const int x_begin = first_pixel(std::min(s.ax, s.bx)), x_end = last_pixel(std::max(s.ax, s.bx));
    const int y_begin = first_pixel(std::min(s.ay, s.by)), y_end = last_pixel(std::max(s.ay, s.by));
    for (int y = y_begin; y <= y_end; ++y) {
      float* row = squared_distance_.data() + static_cast<std::ptrdiff_t>(y) * size_;
      const float py = static_cast<float>(y) + 0.5f - s.ay;
      for (int x = x_begin; x <= x_end; ++x) {
        const float px = static_cast<float>(x) + 0.5f - s.ax;
        const float along = std::clamp((px * dx + py * dy) * inverse, 0.0f, 1.0f);
        const float ex = px - along * dx, ey = py - along * dy;
        row[x] = std::min(row[x], ex * ex + ey * ey);
      }
    }
  }
  for (std::size_t i = 0; i < image.size(); ++i) {
    const float ink = (reach - std::sqrt(squared_distance_[i])) / (2 * kSoftness);
    image[i] = static_cast<std::uint8_t>(255.0f * std::min(ink, 1.0f) + 0.5f);
  }
}

}  // namespace elbo
