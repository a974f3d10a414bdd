// Whether data are the same as before, wherever they lie.
#pragma once

#include <string>

#include "elbo/data/dataset.h"

namespace elbo {

/// 16 hexadecimal digits that follow from the examples, their shape and their labels. Meant to
/// notice changes, not to withstand anyone. A few milliseconds for 50 MB.
std::string fingerprint(const Dataset& data);

}  // namespace elbo
