#include "cli/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace elbo::cli {
namespace {

constexpr const char* kClear = "\r\033[2K";

int columns_of_terminal() {
  if (isatty(STDERR_FILENO) == 0) return 0;
  constexpr int kUsual = 80;
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

/// The start of a UTF-8 text, of at most so many characters: a longer line would wrap, and only
/// its last part would be cleared.
std::string clipped(const std::string& text, int characters) {
  int seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins && ++seen > characters) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::string ProgressLine::text() const {
  if (entries_.size() == 1) return entries_.begin()->second.whole;
  std::string all;
  for (const auto& [name, entry] : entries_) {
    all += (all.empty() ? "" : " | ") + entry.brief;
  }
  return all;
}

void ProgressLine::show(const std::string& name, const std::string& whole,
                        const std::string& brief) {
  if (!is_drawn_on()) return;
  const std::lock_guard lock(lock_);
  entries_[name] = {whole, brief};
  std::fprintf(stderr, "%s%s", kClear, clipped(text(), columns_ - 1).c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::print(const std::string& name, const std::string& line) {
  const std::lock_guard lock(lock_);
  entries_.erase(name);
  std::fprintf(stderr, "%s%s\n", drawn_ ? kClear : "", line.c_str());
  drawn_ = false;
}

ProgressLine& progress_line() {
  static ProgressLine line(columns_of_terminal());
  return line;
}

}  // namespace elbo::cli
