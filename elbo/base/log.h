// Messages for people, on standard error. Results never go through here.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace elbo::logging {

enum class Level { debug, info, warning, error };

/// Messages below `level` are dropped. The default is info; --quiet sets warning.
void set_level(Level level);
/// Writes one line, after the thread's label if it has one. Safe to call from any thread.
void write(Level level, const std::string& message);

/// While it lives, what its thread writes begins with "LABEL: ".
class Label {
 public:
  explicit Label(std::string text);
  ~Label();
  Label(const Label&) = delete;
  Label& operator=(const Label&) = delete;

 private:
  std::string before_;
};

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace elbo::logging
