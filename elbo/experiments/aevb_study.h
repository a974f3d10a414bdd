// The figures of Kingma & Welling 2013, "Auto-encoding variational Bayes", made anew: the lower
// bound while it is trained, for codes of several sizes; the manifold of a code of two numbers;
// samples. Left out: the Frey faces, wake-sleep and Monte Carlo EM beside it, the marginal
// likelihood of its figure 3.
#pragma once

#include <nlohmann/json.hpp>

#include "elbo/experiments/aevb_plan.h"
#include "elbo/experiments/study.h"

namespace elbo {

/// Returns what it wrote to summary.json. Goes on where it was stopped and falls back to drawn
/// digits as run_study does, and throws as it does.
nlohmann::json run_aevb_study(const StudyOptions& options, AevbPlan plan);

}  // namespace elbo
