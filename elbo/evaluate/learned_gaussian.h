// A Gaussian among the arrays that a learned anomaly score keeps.
#pragma once

#include "elbo/evaluate/anomaly_score.h"

namespace elbo {

/// "mean" (F) and "covariance" (F, F), f64, of rows (M, F), shrunk by a share of `shrinkage`
/// (gaussian.h). score: named in errors, as fit_gaussian.
LearnedArrays learn_gaussian(const Array& rows, double shrinkage, const char* score);

/// The rows' distances to it: (M, F) -> (M). Throws DataError, naming the score, when the arrays
/// aren't there, are of other sizes, or are no Gaussian's.
std::vector<double> learned_distance(const LearnedArrays& learned, const Array& rows,
                                     const char* score);

}  // namespace elbo
