// k-nearest-neighbour classification of latent codes: what a code says about the class, without
// training anything.
#pragma once

#include <cstdint>

#include "elbo/tensor/array.h"

namespace elbo {

/// Share of test codes whose k nearest training codes (Euclidean) vote for their label; ties go to
/// the class of the nearest among them. codes (M, L) f32, labels (M) i32.
double knn_accuracy(const Array& train_codes, const Array& train_labels, const Array& test_codes,
                    const Array& test_labels, int k, int threads);

}  // namespace elbo
