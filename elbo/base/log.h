// Messages for people, on standard error. Results never go through here.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace elbo::logging {

enum class Level { debug, info, warning, error };

/// Messages below `level` are dropped. The default is info; --quiet sets warning.
void set_level(Level level);
/// Writes one line. Safe to call from any thread.
void write(Level level, const std::string& message);

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace elbo::logging
