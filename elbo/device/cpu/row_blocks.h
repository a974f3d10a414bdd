// How a sum over many rows is cut so that threads can share it: into blocks of rows, each summed on
// its own and then added in order. Blocks follow from the number of rows alone, and so does the
// result.
#pragma once

#include <algorithm>
#include <cstdint>

namespace elbo::cpu {

/// Enough for the threads of any machine, few enough that adding them costs nothing.
inline constexpr std::int64_t kMostRowBlocks = 32;

inline std::int64_t row_blocks(std::int64_t rows) {
  return std::clamp<std::int64_t>(rows / 16, 1, kMostRowBlocks);
}

}  // namespace elbo::cpu
