// A linear probe: how much of the class a linear classifier can read off the codes.
#pragma once

#include <cstdint>

#include "elbo/tensor/array.h"

namespace elbo {

/// Share of test codes that multinomial logistic regression, fitted to the training codes, gives
/// their label. Codes are standardised by the training codes' means and deviations; the mean log
/// loss carries a penalty of 1e-4 / 2 times the squared weights, so that there is one optimum, and
/// is minimised by L-BFGS in double precision. The same codes give the same number, whatever the
/// threads. codes (M, L) f32, labels (M) i32 in 0..classes-1. Alain & Bengio 2016.
double linear_probe_accuracy(const Array& train_codes, const Array& train_labels,
                             const Array& test_codes, const Array& test_labels,
                             std::int64_t classes, int threads);

}  // namespace elbo
