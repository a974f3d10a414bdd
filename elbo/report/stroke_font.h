// A small font of our own, drawn with a round pen: labels on pictures need no font file and look
// the same everywhere. It covers ASCII and the few signs that a report uses (σ, ×, ±, →, ...).
#pragma once

#include <string_view>
#include <vector>

namespace elbo::stroke_font {

struct Point {
  float x = 0, y = 0;
};

/// One unbroken movement of the pen; a single point is a dot.
using Stroke = std::vector<Point>;

struct Text {
  /// In ems, baseline at y = 0, y upwards, starting at x = 0.
  std::vector<Stroke> strokes;
  float width = 0;
};

/// Heights in ems.
inline constexpr float kCapHeight = 0.72f;
inline constexpr float kDescent = 0.24f;

/// The strokes of UTF-8 text. What the font doesn't have becomes an empty box.
Text lay_out(std::string_view text);

}  // namespace elbo::stroke_font
