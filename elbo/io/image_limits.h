// What a picture may claim to be before memory is set aside for it.
#pragma once

#include <cstdint>

namespace elbo {

/// Pixels along one side, at most.
inline constexpr std::uint32_t kMaxImageSide = 1u << 15;
/// Pixels in all, at most (64 Mi).
inline constexpr std::uint64_t kMaxImagePixels = std::uint64_t{1} << 26;

}  // namespace elbo
