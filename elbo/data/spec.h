// The data spec: the one string that names data everywhere, taken apart and checked. Grammar:
//
//   SPEC  = NAME [":" SPLIT] ["?" QUERY]        named and generated sets
//         | KIND ":" FILE ["," FILE] ["?" QUERY]  idx, npy (two files at most), csv, images
//   QUERY = KEY "=" VALUE {"&" KEY "=" VALUE}
//
// A backslash takes the meaning from a following ',', '?', '&' or '\'; before anything else it
// stands for itself. A comma needs that only in idx: and npy:. "~/" opens the home folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace elbo {

enum class DataKind { named, idx, npy, csv, images, strokes, ising, xy };

struct DataSpec {
  /// As the user wrote it; for messages.
  std::string text;
  DataKind kind = DataKind::named;
  /// The word before ':' or '?': "mnist", "csv", "strokes".
  std::string name;
  /// idx, npy: one or two; csv, images: one; else none.
  std::vector<std::filesystem::path> files;
  /// "train", "test", or empty when the spec names none.
  std::string split;
  /// Only keys that the kind knows, each with a value.
  std::map<std::string, std::string> query;

  /// The value of `key` as a whole number in [low, high], or `fallback` when it is absent.
  /// Throws UsageError for anything else.
  std::int64_t integer(const std::string& key, std::int64_t fallback, std::int64_t low,
                       std::int64_t high) const;
  /// The same for a finite number.
  double number(const std::string& key, double fallback, double low, double high) const;
  std::optional<std::string> value(const std::string& key) const;
};

/// Throws UsageError, with the closest known word, for an unknown kind, split or key, for files
/// that are missing or too many, and for a query that isn't key=value pairs.
DataSpec parse_data_spec(const std::string& text);

/// The canonical string: escaped where needed, keys in alphabetical order.
std::string to_string(const DataSpec& spec);

/// Every word a spec can begin with.
std::vector<std::string> data_kind_names();

}  // namespace elbo
