// Structural similarity (SSIM): how alike two pictures are to an eye that looks for edges and
// texture rather than for the brightness of single pixels.
#pragma once

#include "elbo/evaluate/fitted_vae.h"

namespace elbo {

/// Mean SSIM over pictures, channels and places; 1 for equal pictures. a, b: (M, D) f32 in [0, 1],
/// D in height, width, channel order. Gaussian windows of 11 x 11 (standard deviation 1.5) that lie
/// wholly inside; on smaller pictures the largest odd window that fits. Wang, Bovik, Sheikh &
/// Simoncelli 2004, eq. 13, with K1 = 0.01 and K2 = 0.03.
double structural_similarity(const Array& a, const Array& b, const ImageShape& image, int threads);

/// Of the means of p(x | z) at the posterior means to the data.
double evaluate_structural_similarity(const FittedVae& vae, const Dataset& data,
                                      std::uint64_t seed);

}  // namespace elbo
