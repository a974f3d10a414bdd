// Detection curves: how well a score tells anomalous from normal, and thresholds that keep a
// promise on false alarms. Higher scores mean more anomalous.
#pragma once

#include <string>
#include <vector>

namespace elbo {

/// Area under the ROC curve: the probability that an anomalous score exceeds a normal one, ties
/// half (Mann-Whitney). Both sides must hold at least one finite score.
double auroc(const std::vector<double>& normal, const std::vector<double>& anomalous);

/// Area under the precision-recall curve (average precision), anomalous as the positive class.
double average_precision(const std::vector<double>& normal, const std::vector<double>& anomalous);

/// Held-out scores that are enough for a threshold with this rate of false alarms, 0 < rate < 1.
std::int64_t enough_for_threshold(double rate);

/// The smallest threshold that at most a share `rate` of new normal examples will exceed on
/// average, from held-out normal scores: the ceil((n + 1)(1 - rate))-th smallest (the conformal
/// quantile). Throws DataError when there are too few scores for the rate, NumericalError when one
/// is not finite.
double calibrated_threshold(std::vector<double> held_out, double rate);

/// Share of scores at or below the threshold.
double share_accepted(const std::vector<double>& scores, double threshold);

}  // namespace elbo
