#include "elbo/train/run_config.h"

#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/models/settings.h"

namespace elbo {
namespace {

constexpr const char* kFormat = "elbo run, version 1";

/// A config that asks for more than this is damaged or hostile, not a model.
constexpr std::int64_t kLargestData = std::int64_t{1} << 28;

std::int64_t positive(const nlohmann::json& object, const char* key, std::int64_t least) {
  const auto value = object.at(key).get<std::int64_t>();
  if (value < least || value > kLargestData) {
    throw FileError("'{}' is {}, expected {} to {}", key, value, least, kLargestData);
  }
  return value;
}

DataShape shape_from(const nlohmann::json& object) {
  DataShape shape;
  shape.image = {positive(object, "height", 1), positive(object, "width", 1),
                 positive(object, "channels", 1)};
  if (shape.image.height > kLargestData / shape.image.width / shape.image.channels) {
    throw FileError("the data's shape is too large");
  }
  shape.class_count = positive(object, "class_count", 0);
  shape.unit_interval = object.at("unit_interval").get<bool>();
  return shape;
}

}  // namespace

void apply_tables(RunConfig& config, const nlohmann::json& tables) {
  reject_unknown_keys(tables,
                      {"data", "model", "objective", "train", "description", "reaches", "takes"},
                      "settings");
  RunConfig changed = config;
  if (tables.contains("data")) data_settings_table().apply(changed.data, tables["data"]);
  if (tables.contains("model")) model_settings_table().apply(changed.model, tables["model"]);
  if (tables.contains("objective")) {
    objective_settings_table().apply(changed.objective, tables["objective"]);
  }
  if (tables.contains("train")) train_settings_table().apply(changed.train, tables["train"]);
  config = changed;
}

std::vector<SettingChange> setting_changes(const RunConfig& before, const RunConfig& after) {
  const nlohmann::json old_tables = to_json(before), new_tables = to_json(after);
  std::vector<SettingChange> changes;
  for (const char* table : {"data", "model", "objective", "train"}) {
    for (const auto& [key, value] : new_tables[table].items()) {
      const nlohmann::json& old_value = old_tables[table][key];
      if (old_value == value) continue;
      changes.push_back({std::string(table) + "." + key, old_value.dump(), value.dump()});
    }
  }
  return changes;
}

std::vector<TableHelp> settings_help() {
  const auto help_of = [](const auto& table) { return TableHelp{table.name(), table.help()}; };
  return {help_of(data_settings_table()), help_of(model_settings_table()),
          help_of(objective_settings_table()), help_of(train_settings_table())};
}

nlohmann::json to_json(const RunConfig& config) {
  return {{"format", kFormat},
          {"elbo_version", config.version},
          {"data_spec", config.data_spec},
          {"data_fingerprint", config.data_fingerprint},
          {"data", data_settings_table().write(config.data)},
          {"model", model_settings_table().write(config.model)},
          {"objective", objective_settings_table().write(config.objective)},
          {"train", train_settings_table().write(config.train)},
          {"shape",
           {{"height", config.shape.image.height},
            {"width", config.shape.image.width},
            {"channels", config.shape.image.channels},
            {"class_count", config.shape.class_count},
            {"unit_interval", config.shape.unit_interval},
            {"class_names", config.class_names},
            {"columns", config.columns}}}};
}

RunConfig read_run_config(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw FileError("{}: not there; is {} a run folder (made by 'elbo train')?", path.string(),
                    path.parent_path().string());
  }
  try {
    const nlohmann::json object = nlohmann::json::parse(read_text_file(path));
    if (const auto& format = object.at("format"); format != kFormat) {
      throw FileError("format {}: expected \"{}\"; a newer elbo may read it", format.dump(),
                      kFormat);
    }
    RunConfig config;
    nlohmann::json tables;
    for (const char* table : {"data", "model", "objective", "train"}) {
      tables[table] = object.at(table);
    }
    apply_tables(config, tables);
    config.version = object.at("elbo_version").get<std::string>();
    config.data_spec = object.at("data_spec").get<std::string>();
    const nlohmann::json& shape = object.at("shape");
    config.shape = shape_from(shape);
    config.class_names = shape.at("class_names").get<std::vector<std::string>>();
    // Runs of earlier versions have neither.
    config.columns = shape.value("columns", std::vector<std::string>());
    config.data_fingerprint = object.value("data_fingerprint", std::string());
    return config;
  } catch (const nlohmann::json::exception& error) {
    throw FileError("{}: damaged: {}", path.string(), error.what());
  } catch (const Error& error) {
    throw FileError("{}: {}", path.string(), error.what());
  }
}

}  // namespace elbo
