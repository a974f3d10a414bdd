// The Frechet distance between Gaussians fitted to two sets of features: how alike two sets of
// pictures are, as a whole, to whoever made the features.
#pragma once

#include "elbo/tensor/array.h"

namespace elbo {

/// |mean_a - mean_b|^2 + trace(A + B - 2 (A B)^(1/2)), A and B the covariances: 0 for sets of one
/// mean and covariance. a (M, F), b (K, F) f32; in the square of the features' units. With few
/// examples a feature it comes out too large, so compare only sets of equal sizes. Dowson & Landau
/// 1982; for pictures Heusel et al. 2017, whose FID is this with the features of another network.
/// Throws DataError when a set has fewer than two rows.
double frechet_distance(const Array& a, const Array& b);

}  // namespace elbo
