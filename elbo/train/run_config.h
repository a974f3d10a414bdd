// Everything that says what a run is: four tables of settings and the data it was made for. It
// comes from defaults, a preset, a TOML file and single settings, in this order, and is written,
// resolved, to config.json.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "elbo/feed/settings.h"
#include "elbo/models/vae.h"
#include "elbo/objectives/settings.h"
#include "elbo/train/settings.h"

namespace elbo {

struct RunConfig {
  DataSettings data;
  ModelSettings model;
  ObjectiveSettings objective;
  TrainSettings train;

  /// What it was trained on; filled when the data is known.
  std::string data_spec;
  DataShape shape;
  std::vector<std::string> class_names;
  /// Of a table's columns; empty where they have none.
  std::vector<std::string> columns;
  /// What tells whether the data are still the same (fingerprint.h); empty in runs that are older.
  std::string data_fingerprint;
  std::string version;
};

/// Applies tables {"data": {...}, "model": {...}, ...} to the config. Keys that no table has, and
/// values out of range, throw UsageError. "description", "reaches" and "takes", which presets
/// have, are allowed beside the tables.
void apply_tables(RunConfig& config, const nlohmann::json& tables);

/// A setting with two values, as JSON writes them.
struct SettingChange {
  /// "train.epochs".
  std::string key;
  std::string before, after;
};
/// The settings of the four tables that differ.
std::vector<SettingChange> setting_changes(const RunConfig& before, const RunConfig& after);

struct TableHelp {
  std::string name;
  std::vector<SettingHelp> settings;
};
/// What each of the four tables may say.
std::vector<TableHelp> settings_help();

nlohmann::json to_json(const RunConfig& config);
/// Throws FileError naming `path` when the file is no config of a run.
RunConfig read_run_config(const std::filesystem::path& path);

}  // namespace elbo
