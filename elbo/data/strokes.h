// `strokes`: handwritten-looking digits that the program draws itself, so that there is something
// to learn without a network, and something known to measure latents against: each digit comes
// with the four factors that it was drawn with. Example i of a split depends on the seed and on i
// only, so the first hundred of a large set are the set of a hundred.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/tensor/array.h"

namespace elbo {

struct StrokesOptions {
  std::int64_t count = 60000;
  /// Width and height of an image in pixels.
  int size = 28;
  std::uint64_t seed = 1;
  /// The test split's digits are drawn from other random numbers than the training split's.
  bool test = false;
  int threads = 1;
};

/// The columns of strokes_factors.
enum StrokesFactor { kSlant = 0, kThickness = 1, kSize = 2, kRotation = 3 };
inline constexpr int kStrokesFactors = 4;
/// "slant", "thickness", "size", "rotation".
const std::vector<std::string>& strokes_factor_names();

/// Images u8, labels 0..9. Throws UsageError for a count or size that is out of range.
Dataset make_strokes(const StrokesOptions& options);

/// (count, 4) f32, row i belonging to image i; independent and uniform. Slant: the shear, in widths
/// per height, [-0.2, 0.5], positive to the right. Thickness: of the pen in pixels of a 28-pixel
/// image, [1.7, 3.5]. Size: height as a part of 20 pixels of 28, [0.8, 1.05]. Rotation: radians,
/// clockwise, [-0.2, 0.2].
Array strokes_factors(const StrokesOptions& options);

}  // namespace elbo
