// Which elbo this is.
#pragma once

#include <string>

namespace elbo {

/// "0.1.0", or "0.1.0 (3f2c1ab)" when it was built from a git checkout.
const std::string& version();

}  // namespace elbo
