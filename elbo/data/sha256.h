// SHA-256, by libcrypto (which uses the processor's SHA instructions where it has them).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace elbo {

/// The digest as 64 lower-case hexadecimal digits. FIPS 180-4.
std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace elbo
