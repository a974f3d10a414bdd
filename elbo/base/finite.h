// Whether there is a NaN or an infinity among numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace elbo {

inline bool all_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
}

}  // namespace elbo
