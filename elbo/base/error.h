// The exceptions of the library. Anything that comes from a user, a file, a device or a network is
// one of these, with a message that says where, what was expected, what was found and what to do.
// They are caught only at entry points. Broken invariants of our own are assertions (check.h).
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace elbo {

/// Base of every exception the library throws. what() is one line.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
  template <typename... Args>
  requires(sizeof...(Args) > 0) explicit Error(fmt::format_string<Args...> format, Args&&... args)
      : std::runtime_error(fmt::format(format, std::forward<Args>(args)...)) {}
};

/// The call itself was wrong: unknown verb, option, preset, key, or a value out of range. Exit 2.
class UsageError : public Error {
  using Error::Error;
};
/// Shapes or types that don't fit together.
class ShapeError : public Error {
  using Error::Error;
};
/// A file that is missing, damaged, or can't be written.
class FileError : public Error {
  using Error::Error;
};
/// Data that was read but makes no sense: counts that differ, labels out of range.
class DataError : public Error {
  using Error::Error;
};
/// A download that failed.
class NetworkError : public Error {
  using Error::Error;
};
/// NaN or infinity where a finite number was needed.
class NumericalError : public Error {
  using Error::Error;
};
/// The user asked to stop (Ctrl-C); what was to be saved has been saved. Exit 130.
class Interrupted : public Error {
  using Error::Error;
};

}  // namespace elbo
