// Is a text UTF-8? Names that we keep in JSON must be.
#pragma once

#include <cstddef>
#include <string_view>

namespace elbo {

/// Bytes from the start that are valid UTF-8 (RFC 3629); the text's length when all are.
std::size_t valid_utf8_bytes(std::string_view text);
inline bool is_utf8(std::string_view text) {
  return valid_utf8_bytes(text) == text.size();
}

}  // namespace elbo
