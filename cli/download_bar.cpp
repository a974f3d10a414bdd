#include "cli/download_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace elbo::cli {
namespace {

std::string file_name(const std::string& url) {
  return url.substr(url.rfind('/') + 1);
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

/// Ends its line when it goes, so that what is written next begins a new one.
class Bar {
 public:
  ~Bar() {
    if (open_) std::fputc('\n', stderr);
  }

  void draw(const DownloadProgress& progress) {
    const bool complete =
        progress.total_bytes > 0 && progress.received_bytes == progress.total_bytes;
    // The last bytes and the end are told apart, and both are the end here.
    if (complete && progress.url == finished_) return;
    if (complete) finished_ = progress.url;
    if (::isatty(STDERR_FILENO) == 1) {
      std::fprintf(stderr, "\r%s\x1b[K%s", line_of(progress).c_str(), complete ? "\n" : "");
      std::fflush(stderr);
      open_ = !complete;
    } else if (complete) {
      std::fprintf(stderr, "downloaded %s (%s)\n", progress.url.c_str(),
                   megabytes(progress.received_bytes).c_str());
    }
  }

 private:
  static std::string line_of(const DownloadProgress& progress) {
    constexpr std::size_t kBarWidth = 24;
    const std::string speed =
        megabytes(static_cast<std::uint64_t>(std::max(progress.bytes_per_second, 0.0))) + "/s";
    std::string line = file_name(progress.url);
    if (progress.total_bytes == 0) {
      return line + fmt::format("  {}  {}", megabytes(progress.received_bytes), speed);
    }
    const double share = std::min(1.0, static_cast<double>(progress.received_bytes) /
                                           static_cast<double>(progress.total_bytes));
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    return line + fmt::format("  [{}{}] {:3.0f} %  of {}  {}", std::string(filled, '='),
                              std::string(kBarWidth - filled, ' '), 100 * share,
                              megabytes(progress.total_bytes), speed);
  }

  bool open_ = false;
  std::string finished_;
};

}  // namespace

DownloadProgressCallback download_bar() {
  return [bar = std::make_shared<Bar>()](const DownloadProgress& progress) { bar->draw(progress); };
}

}  // namespace elbo::cli
