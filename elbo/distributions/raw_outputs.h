// A decoder's raw outputs are planar: (..., count * D), the first number of every element first.
#pragma once

#include <cstdint>

#include "elbo/graph/ops.h"

namespace elbo {

/// The i-th of `count` numbers of every element: (..., count * D) -> (..., D).
Value raw_output(Value raw, std::int64_t count, std::int64_t i);

/// All `count` numbers of an element side by side: (..., count * D) -> (..., D, count).
Value by_element(Value raw, std::int64_t count);

}  // namespace elbo
