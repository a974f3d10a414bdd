// Downloading one file from the first of several mirrors that has it: continued when cut off,
// checked before it appears under its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace elbo {

struct DownloadProgress {
  std::string url;
  /// In the file so far, earlier tries included.
  std::uint64_t received_bytes = 0;
  /// 0 while the server hasn't said.
  std::uint64_t total_bytes = 0;
  /// Of this transfer, on average.
  double bytes_per_second = 0;
};

/// Called at most ten times a second, and at the end.
using DownloadProgressCallback = std::function<void(const DownloadProgress&)>;

struct DownloadOptions {
  DownloadProgressCallback progress;
  /// More than this is never written, whatever the server says.
  std::uint64_t max_bytes = std::uint64_t{1} << 30;
  int max_redirects = 5;
  int connect_timeout_seconds = 15;
  /// A transfer slower than this for so long counts as cut off.
  int low_speed_bytes_per_second = 1000;
  int low_speed_seconds = 30;
  /// Tries a mirror while each brings new bytes.
  int max_tries = 5;
};

/// Checks a complete file that is not in place yet; throws DataError or FileError to refuse it.
using DownloadCheck = std::function<void(const std::filesystem::path&)>;

/// Makes `target` hold what the first good one of `urls` sends. Until `check` accepts it the file
/// is <target>.part, which is kept for the next try when the download is cut off. A target that is
/// already there is left as it is.
/// Throws NetworkError with each mirror's reason, FileError when the folder can't be written to,
/// Interrupted (interrupt.h).
void download(const std::vector<std::string>& urls, const std::filesystem::path& target,
              const DownloadCheck& check, const DownloadOptions& options);

}  // namespace elbo
