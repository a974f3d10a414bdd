#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "elbo/base/error.h"

namespace elbo::cli {
namespace {

/// Characters of a UTF-8 text, as an approximation of its width.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

}  // namespace

void Table::align(std::size_t column, Align align) {
  if (aligns_.size() <= column) aligns_.resize(column + 1, Align::left);
  aligns_[column] = align;
}

std::string Table::text() const {
  std::vector<std::vector<std::string>> lines;
  if (!titles_.empty()) lines.push_back(titles_);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()), 0);
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  std::string page;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      const bool right = i < aligns_.size() && aligns_[i] == Align::right;
      row += (i == 0 ? "" : "  ") + (right ? padding + line[i] : line[i] + padding);
    }
    page += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return page;
}

void write_standard_output(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw FileError("standard output: the result can't be written: {}", std::strerror(errno));
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void reserve_standard_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is this one. Opened the wrong way round, so that using it fails.
    const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) != descriptor) return;
  }
}

}  // namespace elbo::cli
