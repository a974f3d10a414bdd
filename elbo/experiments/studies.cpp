#include "elbo/experiments/studies.h"

#include "elbo/experiments/aevb_study.h"

namespace elbo {
namespace {

nlohmann::json run_aevb(const StudyOptions& options) {
  return run_aevb_study(options, aevb_plan(options.budget, options.seed));
}

}  // namespace

const std::vector<StudyKind>& study_kinds() {
  static const std::vector<StudyKind> kinds = {
      {"main", "six experiments on MNIST and Fashion-MNIST", run_study},
      {"aevb", "the figures of Kingma & Welling 2013", run_aevb},
  };
  return kinds;
}

}  // namespace elbo
