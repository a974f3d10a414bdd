#include "elbo/base/settings.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {
namespace {

using nlohmann::json;

template <typename Value>
struct ElementOf {
  using Type = Value;
  static constexpr bool kList = false, kOptional = false;
};
template <typename Value>
struct ElementOf<std::vector<Value>> {
  using Type = Value;
  static constexpr bool kList = true, kOptional = false;
};
template <typename Value>
struct ElementOf<std::optional<Value>> {
  using Type = Value;
  static constexpr bool kList = false, kOptional = true;
};

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string bounds_text(const Allowed& allowed) {
  const bool has_low = std::isfinite(allowed.low), has_high = std::isfinite(allowed.high);
  if (has_low && has_high && !allowed.low_excluded && !allowed.high_excluded) {
    return fmt::format(" from {} to {}", allowed.low, allowed.high);
  }
  std::string text;
  if (has_low) {
    text = fmt::format("{} {}", allowed.low_excluded ? " above" : " of at least", allowed.low);
  }
  if (has_high) {
    text += has_low ? " and" : "";
    text += fmt::format("{} {}", allowed.high_excluded ? " below" : " of at most", allowed.high);
  }
  return text;
}

/// "a whole number from 1 to 65536".
template <typename Value>
std::string expected_text(const Allowed& allowed) {
  using Element = typename ElementOf<Value>::Type;
  constexpr bool list = ElementOf<Value>::kList;
  std::string text;
  if constexpr (std::is_same_v<Element, bool>) {
    text = "true or false";
  } else if constexpr (std::is_same_v<Element, std::string>) {
    const bool open = allowed.choices.empty();
    text = list ? "a list of texts" : "text";
    if (!open) text = (list ? "a list of " : "one of ") + joined(allowed.choices);
  } else {
    constexpr bool whole = std::is_integral_v<Element>;
    text = list ? (whole ? "a list of whole numbers" : "a list of numbers")
                : (whole ? "a whole number" : "a number");
    text += bounds_text(allowed);
  }
  return text;
}

bool within(double value, const Allowed& allowed) {
  return (allowed.low_excluded ? value > allowed.low : value >= allowed.low) &&
         (allowed.high_excluded ? value < allowed.high : value <= allowed.high);
}

/// True when `value` is of the type and allowed; then `target` holds it.
bool read_element(const json& value, const Allowed&, bool& target) {
  if (!value.is_boolean()) return false;
  target = value.get<bool>();
  return true;
}

bool read_element(const json& value, const Allowed& allowed, std::int64_t& target) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    return false;
  }
  if (value.is_number_integer()) {
    target = value.get<std::int64_t>();
  } else if (value.is_number_float()) {
    // 1e3 is a whole number too; beyond 2^53 a float no longer says which one.
    const double number = value.get<double>();
    if (!(std::abs(number) <= 0x1p53) || number != std::floor(number)) return false;
    target = static_cast<std::int64_t>(number);
  } else {
    return false;
  }
  return within(static_cast<double>(target), allowed);
}

bool read_element(const json& value, const Allowed& allowed, double& target) {
  if (!value.is_number()) return false;
  target = value.get<double>();
  return std::isfinite(target) && within(target, allowed);
}

bool read_element(const json& value, const Allowed& allowed, std::string& target) {
  if (!value.is_string()) return false;
  target = value.get<std::string>();
  return allowed.choices.empty() ||
         std::find(allowed.choices.begin(), allowed.choices.end(), target) != allowed.choices.end();
}

template <typename Value>
bool read_value(const json& value, const Allowed& allowed, Value& target) {
  if constexpr (ElementOf<Value>::kOptional) {
    if (value.is_null() || value == "none") {
      target.reset();
      return true;
    }
    return read_element(value, allowed, target.emplace());
  } else if constexpr (ElementOf<Value>::kList) {
    // One number stands for a list of one.
    const json list = value.is_array() ? value : json::array({value});
    target.clear();
    for (const json& item : list) {
      typename ElementOf<Value>::Type element{};
      if (!read_element(item, allowed, element)) return false;
      target.push_back(std::move(element));
    }
    return true;
  } else {
    return read_element(value, allowed, target);
  }
}

std::string found_text(const json& value) {
  constexpr std::size_t kLongest = 60;
  // JSON has no words for them.
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return fmt::format("{}", value.get<double>());
  }
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

template <typename Value>
json to_json(const Value& value) {
  if constexpr (ElementOf<Value>::kOptional) {
    return value ? json(*value) : json(nullptr);
  } else {
    return json(value);
  }
}

}  // namespace

Allowed anything() {
  return {};
}

Allowed in_range(double low, double high) {
  return {low, high, false, false, {}};
}

Allowed at_least(double low) {
  return {low, std::numeric_limits<double>::infinity(), false, false, {}};
}

Allowed above(double low) {
  return {low, std::numeric_limits<double>::infinity(), true, false, {}};
}

Allowed one_of(std::vector<std::string> choices) {
  Allowed allowed;
  allowed.choices = std::move(choices);
  return allowed;
}

void reject_unknown_keys(const json& object, const std::vector<std::string>& known,
                         const std::string& where) {
  if (!object.is_object()) {
    throw UsageError("{}: expected a table of settings, found {}", where, found_text(object));
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string hint = did_you_mean(key, known);
    throw UsageError("{}: there is no '{}'{}", where, key,
                     hint.empty() ? "; known are " + joined(known) : hint);
  }
}

void merge(json& base, const json& patch) {
  if (!base.is_object() || !patch.is_object()) {
    base = patch;
    return;
  }
  for (const auto& [key, value] : patch.items()) {
    if (base.contains(key)) {
      merge(base[key], value);
    } else {
      base[key] = value;
    }
  }
}

void read_setting(const std::string& name, const Allowed& allowed, const SettingTarget& target,
                  const json& value) {
  const auto read = [&](auto* pointer) {
    using Value = std::remove_pointer_t<decltype(pointer)>;
    if (read_value(value, allowed, *pointer)) return;
    const std::string hint =
        value.is_string() ? did_you_mean(value.get<std::string>(), allowed.choices) : "";
    throw UsageError("{}: expected {}, found {}{}", name, expected_text<Value>(allowed),
                     found_text(value), hint);
  };
  std::visit(read, target);
}

namespace detail {

void read_settings(const std::string& table, const std::vector<SettingInfo>& infos,
                   const std::vector<SettingTarget>& targets, const json& object) {
  std::vector<std::string> keys;
  for (const SettingInfo& info : infos) keys.push_back(info.key);
  reject_unknown_keys(object, keys, "[" + table + "]");
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const auto found = object.find(infos[i].key);
    if (found == object.end()) continue;
    read_setting(table + "." + infos[i].key, infos[i].allowed, targets[i], *found);
  }
}

void write_settings(const std::vector<SettingInfo>& infos,
                    const std::vector<SettingSource>& sources, json& object) {
  object = json::object();
  for (std::size_t i = 0; i < infos.size(); ++i) {
    object[infos[i].key] =
        std::visit([](const auto* value) { return to_json(*value); }, sources[i]);
  }
}

std::vector<SettingHelp> help_for_settings(const std::string& table,
                                           const std::vector<SettingInfo>& infos,
                                           const std::vector<SettingSource>& defaults) {
  std::vector<SettingHelp> lines;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const auto describe = [&](const auto* value) {
      using Value = std::remove_const_t<std::remove_pointer_t<decltype(value)>>;
      const std::string expected = expected_text<Value>(infos[i].allowed);
      lines.push_back({table + "." + infos[i].key,
                       ElementOf<Value>::kOptional ? expected + ", or none" : expected,
                       to_json(*value).dump(), infos[i].help});
    };
    std::visit(describe, defaults[i]);
  }
  return lines;
}

}  // namespace detail
}  // namespace elbo
