// Classes of two data sets are the same where their names are; numbers depend on what else there
// is.
#pragma once

#include <string>
#include <vector>

#include "elbo/data/dataset.h"

namespace elbo {

/// Labelled data with its labels numbered as in `names`. Throws UsageError for a class that is not
/// among them, which `whose` ("the model") is said not to know.
Dataset with_classes(Dataset data, const std::vector<std::string>& names, const std::string& whose);

}  // namespace elbo
