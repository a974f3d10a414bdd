// A round pen on grey paper: flattens smooth strokes to line segments and draws them with soft
// edges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "elbo/data/strokes_glyphs.h"

namespace elbo {

struct Segment {
  float ax, ay, bx, by;
  float length() const;
};

/// Appends the segments of a stroke: a Catmull-Rom spline through the knots, broken at corners.
void flatten(const PenStroke& stroke, std::vector<Segment>& segments);

/// Draws into a square image; owns its scratch memory, so that drawing many allocates once.
class Pen {
 public:
  /// size: the image's width and height in pixels.
  explicit Pen(int size);
  /// Segments in pixels, pixel (x, y) centred at (x + 0.5, y + 0.5). The image is size * size
  /// bytes, 0 paper and 255 ink, and is overwritten. What lies outside is cut off.
  void draw(std::span<const Segment> segments, float thickness, std::span<std::uint8_t> image);

 private:
  int size_;
  std::vector<float> squared_distance_;
};

}  // namespace elbo
