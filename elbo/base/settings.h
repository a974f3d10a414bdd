// Tables of settings. A settings struct keeps its defaults as member initialisers and describes
// each member once; reading from JSON, writing to JSON, checking and help text follow from that:
//
//   struct ModelSettings {
//     std::string name = "vae";
//     std::int64_t latent = 20;
//   };
//   const SettingsTable<ModelSettings>& model_settings_table() {
//     static const SettingsTable<ModelSettings> table("model", {
//         setting("name", &ModelSettings::name, "the kind of model", one_of({"vae", "cvae"})),
//         setting("latent", &ModelSettings::latent, "size of the code", in_range(1, 65536)),
//     });
//     return table;
//   }
//
// `--set table.key=value` and TOML files become JSON in elbo/io/toml.h.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace elbo {

/// Which values of its type a setting takes. Bounds hold for each number of a list, choices for
/// each text.
struct Allowed {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_excluded = false;
  bool high_excluded = false;
  std::vector<std::string> choices;
};

Allowed anything();
/// low <= value <= high.
Allowed in_range(double low, double high);
Allowed at_least(double low);
/// value > low.
Allowed above(double low);
Allowed one_of(std::vector<std::string> choices);

struct SettingInfo {
  std::string key;
  std::string help;
  Allowed allowed;
};

/// One line of help text.
struct SettingHelp {
  /// "model.latent".
  std::string name;
  /// "a whole number from 1 to 65536".
  std::string expected;
  /// The default as JSON text.
  std::string default_value;
  std::string help;
};

/// Throws UsageError, with the nearest known name, when `object` is no JSON object or has a key
/// that is not in `known`. `where` opens the message: "[model]".
void reject_unknown_keys(const nlohmann::json& object, const std::vector<std::string>& known,
                         const std::string& where);

/// Lays `patch` over `base`: objects are merged key by key, everything else replaces.
void merge(nlohmann::json& base, const nlohmann::json& patch);

/// Applies Wrap to each type a setting can have. An absent optional is null in JSON and "none" in
/// text.
template <template <typename> typename Wrap>
using SettingVariant =
    std::variant<Wrap<bool>, Wrap<std::int64_t>, Wrap<double>, Wrap<std::string>,
                 Wrap<std::vector<std::int64_t>>, Wrap<std::vector<double>>,
                 Wrap<std::vector<std::string>>, Wrap<std::optional<std::int64_t>>,
                 Wrap<std::optional<double>>, Wrap<std::optional<std::string>>>;

template <typename Value>
using PointerTo = Value*;
template <typename Value>
using ConstPointerTo = const Value*;
using SettingTarget = SettingVariant<PointerTo>;
using SettingSource = SettingVariant<ConstPointerTo>;

/// Reads one value into its target. Throws UsageError "`name`: expected ..., found ...".
void read_setting(const std::string& name, const Allowed& allowed, const SettingTarget& target,
                  const nlohmann::json& value);

namespace detail {

/// Reads object[key] of every key there is into its target.
void read_settings(const std::string& table, const std::vector<SettingInfo>& infos,
                   const std::vector<SettingTarget>& targets, const nlohmann::json& object);
void write_settings(const std::vector<SettingInfo>& infos,
                    const std::vector<SettingSource>& sources, nlohmann::json& object);
std::vector<SettingHelp> help_for_settings(const std::string& table,
                                           const std::vector<SettingInfo>& infos,
                                           const std::vector<SettingSource>& defaults);

}  // namespace detail

/// A described member of T; made by setting().
template <typename T>
struct Setting {
  template <typename Value>
  using MemberPointer = Value T::*;
  SettingInfo info;
  SettingVariant<MemberPointer> member;
};

template <typename T, typename Value>
Setting<T> setting(std::string key, Value T::*member, std::string help, Allowed allowed = {}) {
  return {{std::move(key), std::move(help), std::move(allowed)}, member};
}

/// The description of a settings struct T, which has its defaults when default-constructed.
template <typename T>
class SettingsTable {
 public:
  SettingsTable(std::string name, const std::vector<Setting<T>>& settings)
      : name_(std::move(name)) {
    for (const Setting<T>& each : settings) {
      infos_.push_back(each.info);
      members_.push_back(each.member);
    }
  }

  const std::string& name() const { return name_; }

  /// Sets the members that `object` names and leaves the others as they are. Throws UsageError for
  /// an unknown key or a value of the wrong type or out of range; then nothing is changed.
  void apply(T& settings, const nlohmann::json& object) const;
  /// Every setting with its value. (A template so that this header can do without json.hpp.)
  template <typename Json = nlohmann::json>
  Json write(const T& settings) const {
    Json object;
    detail::write_settings(infos_, sources(settings), object);
    return object;
  }
  std::vector<SettingHelp> help() const {
    const T defaults;
    return detail::help_for_settings(name_, infos_, sources(defaults));
  }

 private:
  std::vector<SettingSource> sources(const T& settings) const {
    std::vector<SettingSource> pointers;
    for (const auto& member : members_) {
      std::visit([&](auto pointer) { pointers.emplace_back(&(settings.*pointer)); }, member);
    }
    return pointers;
  }

  std::string name_;
  std::vector<SettingInfo> infos_;
  std::vector<decltype(Setting<T>::member)> members_;
};

template <typename T>
void SettingsTable<T>::apply(T& settings, const nlohmann::json& object) const {
  T changed = settings;
  std::vector<SettingTarget> targets;
  for (const auto& member : members_) {
    std::visit([&](auto pointer) { targets.emplace_back(&(changed.*pointer)); }, member);
  }
  detail::read_settings(name_, infos_, targets, object);
  settings = std::move(changed);
}

}  // namespace elbo
