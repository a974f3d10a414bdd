#include "elbo/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace elbo::logging {
namespace {

spdlog::logger& logger() {
  static const std::unique_ptr<spdlog::logger> instance = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    auto made = std::make_unique<spdlog::logger>("elbo", sink);
    made->set_pattern("%^%v%$");
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Of this thread; with ": ", or empty.
thread_local std::string t_label;

}  // namespace

void set_level(Level level) {
  logger().set_level(spdlog_level(level));
}

void write(Level level, const std::string& message) {
  const char* prefix = level == Level::warning ? "warning: " : "";
  logger().log(spdlog_level(level), "{}{}{}", prefix, t_label, message);
}

Label::Label(std::string text) : before_(std::move(t_label)) {
  t_label = text.empty() ? std::string() : std::move(text) + ": ";
}

Label::~Label() {
  t_label = std::move(before_);
}

}  // namespace elbo::logging
