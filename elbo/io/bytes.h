// Numbers out of bytes in a stated byte order, and sizes that are checked before they are believed.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "elbo/tensor/dtype.h"
#include "elbo/tensor/shape.h"

namespace elbo {

/// The unsigned number in the first sizeof(T) bytes, lowest byte first.
template <std::unsigned_integral T>
constexpr T load_little(const std::uint8_t* bytes) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>((value << 8) | bytes[i]);
  return value;
}

/// The unsigned number in the first sizeof(T) bytes, highest byte first.
template <std::unsigned_integral T>
constexpr T load_big(const std::uint8_t* bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((value << 8) | bytes[i]);
  return value;
}

/// Bytes of an array of these extents, or nothing when an extent is negative or a product of them
/// would overflow (zeros count as ones there, so every partial product is safe as well).
constexpr std::optional<std::uint64_t> checked_size_bytes(const Extents& extents,
                                                          std::size_t element_bytes) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t product = element_bytes;
  bool empty = false;
  for (const std::int64_t extent : extents) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (static_cast<std::uint64_t>(extent) > kMax / product) return std::nullopt;
    product *= static_cast<std::uint64_t>(extent);
  }
  return empty ? 0 : product;
}

}  // namespace elbo
