// Curves through latent space, as points at equal distances of their parameter t in [0, 1]: how to
// lay one between two codes, and how long it is in the space of the data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "elbo/tensor/array.h"

namespace elbo {

/// The straight line from a to b, both of L numbers: (points, L) f32, points >= 2, ends included.
Array linear_curve(std::span<const float> a, std::span<const float> b, std::int64_t points);

/// The arc from a to b that turns at a constant rate about the origin while the norm goes from one
/// end's to the other's; the straight line where a and b point the same way or exactly away.
/// Shapes as in linear_curve. White 2016, "Sampling generative networks".
Array spherical_curve(std::span<const float> a, std::span<const float> b, std::int64_t points);

/// A curve in the space of the data, measured by the Euclidean lengths of its T steps.
struct CurveMeasures {
  std::vector<double> step_lengths;
  /// Their sum.
  double length = 0;
  /// T times the sum of their squares: at least length squared, and equal to it when all steps are
  /// equally long.
  double energy = 0;
  /// The longest step over the mean one, at least 1; 1 for a curve that doesn't move.
  double step_ratio = 1;
};

/// frames: (T + 1, D) f32, T >= 1.
CurveMeasures measure_curve(const Array& frames);

}  // namespace elbo
