// Small random changes of images that leave what they show as it is: what a classifier is trained
// with so that it does not take the accidents of its images for their meaning (after Simard,
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
};

/// Changes each image, of bytes, by random numbers that depend on the seed and its place alone, for
/// any number of threads. What comes in from outside of an image is black. Throws DataError when
/// the examples are no images of bytes.
void distort(Dataset& data, const Distortion& most, std::uint64_t seed, int threads);

}  // namespace elbo
