// Which models the study of Kingma & Welling 2013, "Auto-encoding variational Bayes", trains, and
// for how long with each budget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/experiments/study_plan.h"

namespace elbo {

struct AevbPlan {
  /// Data specs. Where they can neither be found nor downloaded, drawn digits take their place.
  std::string train = "mnist:train", test = "mnist:test";
  /// One for each size of the code, smallest first.
  std::vector<StudyModel> models;
  /// Epochs after which the bound is estimated, ascending; the last ends the training.
  std::vector<std::int64_t> milestones;
  /// The bound is estimated on the first so many examples of each set.
  std::int64_t bound_count = 10000;
  /// Sizes of the code whose samples are shown, where there is such a model.
  std::vector<std::int64_t> sampled = {2, 5, 10, 20};
};

/// The paper's network (one hidden layer of 500 tanh units) and minibatches of 100, with Adam at a
/// constant rate and averaged weights instead of Adagrad. Throws UsageError for an unknown budget.
AevbPlan aevb_plan(const std::string& budget, std::uint64_t seed);

}  // namespace elbo
