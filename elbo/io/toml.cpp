#include "elbo/io/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <sstream>

#include "elbo/base/error.h"
#include "elbo/base/file.h"

namespace elbo {
namespace {

using nlohmann::json;

json to_json(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = to_json(value);
    return object;
  }
  if (const toml::array* array = node.as_array()) {
    json list = json::array();
    for (const toml::node& item : *array) list.push_back(to_json(item));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  std::ostringstream text;
  if (const auto* date = node.as_date()) text << date->get();
  if (const auto* time = node.as_time()) text << time->get();
  if (const auto* moment = node.as_date_time()) text << moment->get();
  return text.str();
}

bool is_bare_word(const std::string& text) {
  const auto allowed = [](unsigned char letter) {
    return std::isalnum(letter) != 0 || std::string_view("_-./:").find(letter) != std::string::npos;
  };
  const auto first = static_cast<unsigned char>(text.empty() ? '\0' : text.front());
  return (std::isalpha(first) != 0 || first == '_' || first == '/' || first == '.') &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

json parse_toml(const std::string& text, const std::string& name) {
  try {
    return to_json(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    throw UsageError("{}:{}:{}: {}", name, at.line, at.column, error.description());
  }
}

json read_toml_file(const std::filesystem::path& path) {
  constexpr std::size_t kLargest = std::size_t{1} << 24;
  const std::vector<std::uint8_t> bytes = read_file(path, kLargest);
  return parse_toml({bytes.begin(), bytes.end()}, path.string());
}

json parse_toml_value(const std::string& text) {
  const std::string value = trimmed(text);
  // A line break could smuggle in a second entry.
  if (value.empty() || value.find_first_of("\r\n") != std::string::npos) {
    throw UsageError("expected one value on one line, such as 400, [400, 200] or \"text\"");
  }
  // TOML wants the zero of 0.5.
  const std::size_t point = value.find_first_not_of("+-");
  if (point < 2 && value[point] == '.' && value.size() > point + 1 &&
      std::isdigit(static_cast<unsigned char>(value[point + 1])) != 0) {
    return parse_toml_value(value.substr(0, point) + "0" + value.substr(point));
  }
  try {
    return to_json(*toml::parse("value = " + value).get("value"));
  } catch (const toml::parse_error&) {
    if (is_bare_word(value)) return value;
    throw UsageError("'{}' is no value; write 400, 0.5, true, [400, 200] or \"text\"", value);
  }
}

void apply_override(json& tables, const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string name = trimmed(text.substr(0, equals));
  const std::size_t dot = name.find('.');
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 ||
      dot + 1 == name.size() || name.find('.', dot + 1) != std::string::npos) {
    throw UsageError("'{}': expected table.key=value, such as model.latent=20", text);
  }
  const std::string table_name = name.substr(0, dot);
  if (tables.contains(table_name) && !tables[table_name].is_object()) {
    throw UsageError("{}: '{}' is no table of settings", name, table_name);
  }
  try {
    const json value = parse_toml_value(text.substr(equals + 1));
    tables[table_name][name.substr(dot + 1)] = value;
  } catch (const UsageError& error) {
    throw UsageError("{}: {}", name, error.what());
  }
}

}  // namespace elbo
