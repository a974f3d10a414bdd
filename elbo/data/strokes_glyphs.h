// The handwriting behind the `strokes` set: for each digit several ways of writing it, each as the
// points that the pen passes through.
#pragma once

#include <vector>

namespace elbo {

/// x grows to the right, y downwards; a glyph is about 1 high and starts near the origin.
struct Knot {
  float x = 0, y = 0;
  /// The pen turns sharply here; elsewhere it passes smoothly.
  bool corner = false;
};

struct PenStroke {
  std::vector<Knot> knots;
  /// The pen returns to where it started.
  bool closed = false;
};

using Glyph = std::vector<PenStroke>;

/// The ways of writing `digit`, 0..9.
const std::vector<Glyph>& glyphs_of(int digit);

}  // namespace elbo
