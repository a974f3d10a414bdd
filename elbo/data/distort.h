// Small random changes of images that leave what they show as it is: with them, a model that is
// trained for long does not take the accidents of its images for their meaning (after Simard,
// Steinkraus & Platt 2003).
#pragma once

#include <cstdint>

#include "elbo/data/dataset.h"

namespace elbo {

/// The most of each change; an image gets a random part of it.
struct Distortion {
  /// Pixels, each way.
  double shift = 1;
  /// Radians, each way.
  double rotation = 0.2;
  /// Of width and height, each by itself: at most exp(scale), at least exp(-scale).
  double scale = 0.12;
  /// Columns to the side for each row, each way.
  double shear = 0.2;
  /// Brightness p in [0, 1] becomes p^g / (p^g + (1 - p)^g) with g from 1 to exp(contrast).
  double contrast = 1;

  /// What moves pixels, so many times as strong, and no change of contrast.
  static Distortion moves(double strength);
};

/// Throws DataError when the examples are no images of bytes.
void check_distortable(const Dataset& data);

/// Writes each image of bytes, changed, to `result`, which has the images' extents and may be
/// the images themselves. The random numbers depend on the seed, the round and the image's place
/// alone. What comes in from outside of an image is black. Throws as
/// check_distortable() does.
void distort(const Dataset& images, const Distortion& most, std::uint64_t seed, std::uint32_t round,
             int threads, Array& result);

}  // namespace elbo
