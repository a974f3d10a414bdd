// TOML as JSON: files of settings, and the `table.key=value` of the command line.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace elbo {

/// The document as a JSON object; dates and times become text. Throws UsageError that begins with
/// `name`:line:column when it is no TOML.
nlohmann::json parse_toml(const std::string& text, const std::string& name);
/// The same of a file. Throws FileError when it can't be read.
nlohmann::json read_toml_file(const std::filesystem::path& path);

/// One value as TOML writes it: `400`, `[400, 200]`, `true`, `"x"`; a bare word (letters, digits
/// and _-./:) is text. Throws UsageError.
nlohmann::json parse_toml_value(const std::string& text);

/// Sets one entry of `tables` from "table.key=value". Throws UsageError when the text has another
/// form; whether there is such a setting is checked where the tables are applied (settings.h).
void apply_override(nlohmann::json& tables, const std::string& text);

}  // namespace elbo
