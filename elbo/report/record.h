// A view of one JSON value that knows where it came from, so that a wrong type is reported as
// "results/anomaly.json: /scores/0/auroc: expected a number, found a string". What is missing (or
// null) is not an error: a report shows what is there.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elbo {

/// Nothing, or a value inside a document that outlives this view. All members throw FileError when
/// a value that is present has another type than was asked for.
class Record {
 public:
  Record() = default;
  /// `file` names the document in messages.
  Record(const nlohmann::json* value, std::string file) : value_(value), file_(std::move(file)) {}

  bool present() const { return value_ != nullptr; }
  explicit operator bool() const { return present(); }
  /// True when the key is there and not null.
  bool has(std::string_view key) const { return child(key).present(); }

  /// The value under a key or a list entry; an empty record when it isn't there.
  Record child(std::string_view key) const;
  Record child(std::size_t index) const;
  /// A list as records, empty when absent.
  std::vector<Record> list(std::string_view key) const;

  std::optional<double> number(std::string_view key) const;
  std::string text(std::string_view key, std::string_view fallback = "") const;
  /// A class or a label: a string, or a number as text. Empty when absent.
  std::string label(std::string_view key) const;
  bool flag(std::string_view key, bool fallback) const;
  std::vector<double> numbers(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;

  /// Every leaf as ("train.learning_rate", "0.001"), in the document's order; short lists stay on
  /// one line.
  std::vector<std::pair<std::string, std::string>> flattened() const;

  /// Throws FileError about this value: "results/x.json: /key: MESSAGE".
  [[noreturn]] void fail(const std::string& message) const;
  const std::string& file() const { return file_; }

 private:
  Record(const nlohmann::json* value, std::string file, std::string place)
      : value_(value), file_(std::move(file)), place_(std::move(place)) {}
  [[noreturn]] void expected(const char* what) const;

  const nlohmann::json* value_ = nullptr;
  std::string file_;
  std::string place_;
};

}  // namespace elbo
