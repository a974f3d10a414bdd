// The numbers that a study's numbers are set against: the study that this one answers, the best
// that is published, and what each budget should reach. All are for real MNIST and Fashion-MNIST.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elbo/report/study.h"

namespace elbo {

struct Comparison {
  std::string name;
  /// Texts for people; "–" where there is nothing to say.
  std::string ours, seed, published;
  /// The budget's target, and whether it is met when there is one.
  std::string target;
  std::optional<bool> met;
};

/// A row for each known number that the study measured, in a fixed order. Marks are given only for
/// the budgets quick, standard and full.
std::vector<Comparison> compare_with_anchors(const Study& study);

}  // namespace elbo
