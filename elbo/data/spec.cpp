#include "elbo/data/spec.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/data/named_table.h"

namespace elbo {
namespace {

struct KindInfo {
  std::string name;
  DataKind kind;
  /// 0 for sets that have splits instead of files.
  std::size_t max_files;
  std::vector<std::string> keys;
};

std::vector<KindInfo> make_kinds() {
  std::vector<KindInfo> kinds;
  for (const NamedSet& set : named_sets()) {
    kinds.push_back({set.name, DataKind::named, 0, {"limit"}});
  }
  kinds.push_back({"idx", DataKind::idx, 2, {"limit"}});
  kinds.push_back({"npy", DataKind::npy, 2, {"limit"}});
  kinds.push_back({"csv", DataKind::csv, 1, {"limit", "target"}});
  kinds.push_back({"images", DataKind::images, 1, {"limit"}});
  kinds.push_back({"strokes", DataKind::strokes, 0, {"count", "limit", "seed", "size", "target"}});
  for (const auto& [name, kind] : {std::pair{"ising", DataKind::ising}, {"xy", DataKind::xy}}) {
    kinds.push_back({name, kind, 0, {"count", "limit", "seed", "size", "sweeps", "temperature"}});
  }
  return kinds;
}

const std::vector<KindInfo>& kinds() {
  static const std::vector<KindInfo> kinds = make_kinds();
  return kinds;
}

bool is_special(char c) {
  return c == ',' || c == '?' || c == '&' || c == '\\';
}

/// The pieces between unescaped separators, still escaped. `limit` is the most pieces to make.
std::vector<std::string> split_at(std::string_view text, char separator, std::size_t limit) {
  std::vector<std::string> pieces(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == separator && pieces.size() < limit) {
      pieces.emplace_back();
      continue;
    }
    pieces.back() += text[i];
    if (text[i] == '\\' && i + 1 < text.size() && is_special(text[i + 1])) {
      pieces.back() += text[++i];
    }
  }
  return pieces;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && is_special(text[i + 1])) ++i;
    plain += text[i];
  }
  return plain;
}

std::string escape(std::string_view text, std::string_view separators) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ambiguous = text[i] == '\\' && (i + 1 == text.size() || is_special(text[i + 1]));
    if (ambiguous || separators.find(text[i]) != std::string_view::npos) escaped += '\\';
    escaped += text[i];
  }
  return escaped;
}

std::filesystem::path to_path(const std::string& escaped) {
  const std::string plain = unescape(escaped);
  const char* home = std::getenv("HOME");
  if (plain.rfind("~/", 0) == 0 && home != nullptr && *home != '\0') {
    return std::filesystem::path(home) / plain.substr(2);
  }
  return plain;
}

/// For a bare path, the spec that was probably meant.
std::string suggest_for_path(const std::string& text) {
  const std::string extension = std::filesystem::path(text).extension().string();
  if (extension == ".csv" || extension == ".tsv") return "; did you mean 'csv:" + text + "'?";
  if (extension == ".npy") return "; did you mean 'npy:" + text + "'?";
  if (text.find("ubyte") != std::string::npos) return "; did you mean 'idx:" + text + "'?";
  std::error_code error;
  if (std::filesystem::is_directory(text, error)) return "; did you mean 'images:" + text + "'?";
  return {};
}

const KindInfo& find_kind(const std::string& text, const std::string& name) {
  const auto& all = kinds();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const KindInfo& kind) { return kind.name == name; });
  if (found != all.end()) return *found;
  std::string hint = suggest_for_path(text);
  if (hint.empty()) hint = did_you_mean(name, data_kind_names());
  throw UsageError("data spec '{}': '{}' is not a kind of data (known: {}){}", text, name,
                   fmt::join(data_kind_names(), ", "), hint);
}

void parse_files(DataSpec& spec, const KindInfo& kind, const std::string& rest) {
  // A lone file may hold commas as they are; of idx and npy a comma begins the second file.
  const std::size_t most_pieces = kind.max_files == 1 ? 1 : std::string::npos;
  const std::vector<std::string> pieces = split_at(rest, ',', most_pieces);
  if (pieces.size() > kind.max_files) {
    throw UsageError(
        "data spec '{}': expected at most {} files, found {}; a comma in a path is written '\\,'",
        spec.text, kind.max_files, pieces.size());
  }
  for (const std::string& piece : pieces) {
    if (piece.empty()) {
      const char* what = kind.kind == DataKind::images ? "folder" : "file";
      throw UsageError("data spec '{}': expected the name of a {} after '{}', found nothing",
                       spec.text, what, spec.files.empty() ? kind.name + ":" : ",");
    }
    spec.files.push_back(to_path(piece));
  }
}

void parse_query(DataSpec& spec, const KindInfo& kind, const std::string& query) {
  for (const std::string& pair : split_at(query, '&', std::string::npos)) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      throw UsageError("data spec '{}': expected key=value after '?', found '{}'{}", spec.text,
                       pair,
                       kind.max_files > 0 ? "; a question mark in a path is written '\\?'" : "");
    }
    const std::string key = pair.substr(0, equals);
    if (std::find(kind.keys.begin(), kind.keys.end(), key) == kind.keys.end()) {
      throw UsageError("data spec '{}': {} has no key '{}' (known: {}){}", spec.text, kind.name,
                       key, fmt::join(kind.keys, ", "), did_you_mean(key, kind.keys));
    }
    if (!spec.query.emplace(key, unescape(pair.substr(equals + 1))).second) {
      throw UsageError("data spec '{}': the key '{}' is given twice", spec.text, key);
    }
  }
}

}  // namespace

std::vector<std::string> data_kind_names() {
  std::vector<std::string> names;
  for (const KindInfo& kind : kinds()) names.push_back(kind.name);
  return names;
}

DataSpec parse_data_spec(const std::string& text) {
  DataSpec spec;
  spec.text = text;
  spec.name = text.substr(0, text.find_first_of(":?"));
  if (spec.name.empty()) {
    throw UsageError("data spec '{}': expected a kind of data first (known: {})", text,
                     fmt::join(data_kind_names(), ", "));
  }
  const KindInfo& kind = find_kind(text, spec.name);
  spec.kind = kind.kind;
  const std::vector<std::string> halves = split_at(text.substr(spec.name.size()), '?', 2);
  const bool has_rest = !halves[0].empty();
  const std::string rest = has_rest ? halves[0].substr(1) : "";
  if (kind.max_files > 0) {
    parse_files(spec, kind, rest);
  } else if (has_rest) {
    static const std::vector<std::string> splits = {"train", "test"};
    if (std::find(splits.begin(), splits.end(), rest) == splits.end()) {
      throw UsageError("data spec '{}': {} has no split '{}' (known: train, test){}", text,
                       kind.name, rest, did_you_mean(rest, splits));
    }
    spec.split = rest;
  }
  if (halves.size() == 2) parse_query(spec, kind, halves[1]);
  spec.integer("limit", 1, 1, INT32_MAX);
  return spec;
}

std::string to_string(const DataSpec& spec) {
  std::string text = spec.name;
  if (!spec.split.empty()) {
    text += ":";
    text += spec.split;
  }
  const bool commas = spec.kind == DataKind::idx || spec.kind == DataKind::npy;
  for (std::size_t i = 0; i < spec.files.size(); ++i) {
    text += i == 0 ? ":" : ",";
    text += escape(spec.files[i].string(), commas ? ",?" : "?");
  }
  const char* separator = "?";
  for (const auto& [key, value] : spec.query) {
    text += separator;
    text += key;
    text += "=";
    text += escape(value, "&");
    separator = "&";
  }
  return text;
}

std::int64_t DataSpec::integer(const std::string& key, std::int64_t fallback, std::int64_t low,
                               std::int64_t high) const {
  const auto found = query.find(key);
  if (found == query.end()) return fallback;
  const std::string& digits = found->second;
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
  if (error != std::errc() || end != digits.data() + digits.size() || parsed < low ||
      parsed > high) {
    throw UsageError("data spec '{}': expected {} to be a whole number from {} to {}, found '{}'",
                     text, key, low, high, digits);
  }
  return parsed;
}

double DataSpec::number(const std::string& key, double fallback, double low, double high) const {
  const auto found = query.find(key);
  if (found == query.end()) return fallback;
  const std::string& digits = found->second;
  double parsed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
  // Written so that NaN, which compares false with everything, is refused too.
  const bool inside = parsed >= low && parsed <= high;
  if (error != std::errc() || end != digits.data() + digits.size() || !inside) {
    throw UsageError("data spec '{}': expected {} to be a number from {} to {}, found '{}'", text,
                     key, low, high, digits);
  }
  return parsed;
}

std::optional<std::string> DataSpec::value(const std::string& key) const {
  const auto found = query.find(key);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

}  // namespace elbo
