// CRC-32C (Castagnoli), the checksum of TFRecord files and others. RFC 3720, appendix B.4.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace elbo {

namespace detail {

/// Entry b: the remainder of byte b, for the reflected polynomial 0x1EDC6F41.
constexpr std::array<std::uint32_t, 256> make_crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x82F63B78U : 0U);
    }
    table[byte] = remainder;
  }
  return table;
}

inline constexpr std::array<std::uint32_t, 256> kCrc32cTable = make_crc32c_table();

}  // namespace detail

constexpr std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
  std::uint32_t remainder = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) {
    remainder = (remainder >> 8) ^ detail::kCrc32cTable[(remainder ^ byte) & 0xFF];
  }
  return remainder ^ 0xFFFFFFFFU;
}

}  // namespace elbo
