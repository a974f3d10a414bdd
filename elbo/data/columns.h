// Columns of two tables are the same where their names are; their order depends on who wrote the
// file.
#pragma once

#include <string>
#include <vector>

#include "elbo/data/dataset.h"

namespace elbo {

/// A table with the columns that `names` lists, in that order; others are left out. Data whose
/// columns have no names, and no names at all, go through as they are. Throws UsageError for a
/// column that is not there, which `whose` ("the model") is said to need.
Dataset with_columns(Dataset data, const std::vector<std::string>& names, const std::string& whose);

}  // namespace elbo
