#include "elbo/experiments/budget.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {

const std::vector<std::string>& budgets() {
  static const std::vector<std::string> names = {"quick", "standard", "full"};
  return names;
}

void check_budget(const std::string& budget) {
  if (std::find(budgets().begin(), budgets().end(), budget) != budgets().end()) return;
  throw UsageError("budget '{}' is not known; there are quick, standard and full{}", budget,
                   did_you_mean(budget, budgets()));
}

}  // namespace elbo
