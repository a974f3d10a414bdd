#include "elbo/report/record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "elbo/base/error.h"

namespace elbo {
namespace {

using nlohmann::json;

std::string leaf_text(const json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_plain_list(const json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const json& v) { return v.is_primitive(); });
}

/// Settings are a few levels deep; past that a branch is shown as its JSON text.
constexpr int kMaxDepth = 8;

void flatten(const json& value, const std::string& name, int depth,
             std::vector<std::pair<std::string, std::string>>& rows) {
  if (depth >= kMaxDepth || value.is_primitive() || value.empty() || is_plain_list(value)) {
    rows.emplace_back(name, leaf_text(value));
    return;
  }
  std::size_t index = 0;
  for (auto entry = value.begin(); entry != value.end(); ++entry, ++index) {
    const std::string key = value.is_object() ? entry.key() : std::to_string(index);
    flatten(*entry, name.empty() ? key : name + "." + key, depth + 1, rows);
  }
}

}  // namespace

void Record::fail(const std::string& message) const {
  throw FileError("{}: {}{}", file_, place_.empty() ? "" : place_ + ": ", message);
}

void Record::expected(const char* what) const {
  fail(fmt::format("expected {}, found {}", what, value_->type_name()));
}

Record Record::child(std::string_view key) const {
  if (!value_) return {};
  if (!value_->is_object()) expected("an object");
  const auto found = value_->find(std::string(key));
  if (found == value_->end() || found->is_null()) return {};
  return {&*found, file_, place_ + "/" + std::string(key)};
}

Record Record::child(std::size_t index) const {
  if (!value_) return {};
  if (!value_->is_array()) expected("a list");
  if (index >= value_->size() || (*value_)[index].is_null()) return {};
  return {&(*value_)[index], file_, place_ + "/" + std::to_string(index)};
}

std::vector<Record> Record::list(std::string_view key) const {
  const Record found = child(key);
  if (!found) return {};
  if (!found.value_->is_array()) found.expected("a list");
  std::vector<Record> entries;
  for (std::size_t i = 0; i < found.value_->size(); ++i) {
    if (Record entry = found.child(i)) entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<double> Record::number(std::string_view key) const {
  const Record found = child(key);
  if (!found) return std::nullopt;
  if (!found.value_->is_number()) found.expected("a number");
  return found.value_->get<double>();
}

std::string Record::text(std::string_view key, std::string_view fallback) const {
  const Record found = child(key);
  if (!found) return std::string(fallback);
  if (!found.value_->is_string()) found.expected("a string");
  return found.value_->get<std::string>();
}

std::string Record::label(std::string_view key) const {
  const Record found = child(key);
  if (!found) return {};
  if (!found.value_->is_primitive()) found.expected("a string or a number");
  return leaf_text(*found.value_);
}

bool Record::flag(std::string_view key, bool fallback) const {
  const Record found = child(key);
  if (!found) return fallback;
  if (!found.value_->is_boolean()) found.expected("true or false");
  return found.value_->get<bool>();
}

std::vector<double> Record::numbers(std::string_view key) const {
  std::vector<double> values;
  for (const Record& entry : list(key)) {
    if (!entry.value_->is_number()) entry.expected("a number");
    values.push_back(entry.value_->get<double>());
  }
  return values;
}

std::vector<std::string> Record::texts(std::string_view key) const {
  std::vector<std::string> values;
  for (const Record& entry : list(key)) {
    if (!entry.value_->is_primitive()) entry.expected("a string");
    values.push_back(leaf_text(*entry.value_));
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> Record::flattened() const {
  std::vector<std::pair<std::string, std::string>> rows;
  if (value_) flatten(*value_, "", 0, rows);
  return rows;
}

}  // namespace elbo
