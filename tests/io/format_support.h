// Helpers for the tests of byte formats: bytes from hex, folders that vanish, and the two loops
// that every reader must survive.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "elbo/base/error.h"

namespace elbo {

using Bytes = std::vector<std::uint8_t>;

inline Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(16 * digit(hex[i]) + digit(hex[i + 1])));
  }
  return bytes;
}

inline Bytes from_text(std::string_view text) {
  return {text.begin(), text.end()};
}

/// A fresh folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "elbo-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw FileError("{}: can't be made", name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  /// `text` with "D" for this folder's name.
  std::string shorten(std::string_view text) const {
    const std::string name = path_.string();
    std::string result;
    for (std::size_t at; (at = text.find(name)) != text.npos;
         text.remove_prefix(at + name.size())) {
      result.append(text.substr(0, at)).push_back('D');
    }
    return result.append(text);
  }

 private:
  std::filesystem::path path_;
};

/// The message of the E that `call` must throw.
template <typename E, typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "threw another type: " << error.what();
    return "";
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

/// Every proper prefix must be refused with a FileError. Each prefix has memory of its own, so that
/// the address sanitizer sees a read behind its end.
template <typename Parse>
void expect_prefixes_are_refused(const Bytes& whole, const Parse& parse) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Bytes prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THROW(parse(prefix), FileError) << "the first " << length << " bytes";
  }
}

/// With any byte changed the reader may still succeed or throw an Error of ours, nothing else.
template <typename Parse>
void expect_damage_is_survived(const Bytes& whole, const Parse& parse) {
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int change : {0x01, 0x80, 0xff}) {
      Bytes damaged = whole;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ change);
      try {
        parse(damaged);
      } catch (const Error&) {
        continue;
      } catch (const std::exception& error) {
        ADD_FAILURE() << "byte " << i << " changed by " << change << ": " << error.what();
      }
    }
  }
}

}  // namespace elbo
