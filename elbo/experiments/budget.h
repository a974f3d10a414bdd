// How long a study may take, and what depends on that.
#pragma once

#include <string>
#include <vector>

namespace elbo {

/// "quick", "standard" and "full".
const std::vector<std::string>& budgets();
/// Throws UsageError, with the nearest name, for an unknown budget.
void check_budget(const std::string& budget);

/// A value for each budget.
template <typename T>
struct ByBudget {
  T quick, standard, full;
  /// `budget` must be one of budgets().
  const T& of(const std::string& budget) const {
    return budget == "quick" ? quick : budget == "standard" ? standard : full;
  }
};

}  // namespace elbo
