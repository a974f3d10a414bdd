#include "elbo/data/download.h"

#include <optional>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/data/http.h"
#include "elbo/data/partial_file.h"

namespace elbo {
namespace {

/// Why the complete file is not the wanted one; nothing when it is.
std::optional<std::string> objection(const DownloadCheck& check,
                                     const std::filesystem::path& file) {
  try {
    check(file);
    return std::nullopt;
  } catch (const DataError& error) {
    return error.what();
  } catch (const FileError& error) {
    return error.what();
  }
}

/// Tries one mirror until it has delivered, refused, or stopped bringing new bytes. Returns why it
/// failed, or nothing when `partial` is whole and checked.
std::optional<std::string> try_mirror(const std::string& url, PartialFile& partial,
                                      const DownloadCheck& check, const DownloadOptions& options) {
  std::string reason;
  for (int attempt = 0; attempt < options.max_tries; ++attempt) {
    const std::uint64_t before = partial.size_bytes();
    const Transfer result = transfer(url, partial, options);
    reason = result.reason;
    switch (result.end) {
      case TransferEnd::complete: {
        const std::optional<std::string> refused = objection(check, partial.path());
        if (!refused) return std::nullopt;
        partial.restart();
        // Bytes of two mirrors, or of two versions, may have met in one file: once more, afresh.
        if (!result.resumed) return "it sent a wrong file: " + *refused;
        reason = *refused;
        break;
      }
      case TransferEnd::cannot_resume:
        partial.restart();
        break;
      case TransferEnd::cut_off:
        if (partial.size_bytes() <= before) return reason;
        break;
      case TransferEnd::too_large:
        partial.restart();
        return reason;
      case TransferEnd::refused:
        return reason;
    }
  }
  return reason;
}

}  // namespace

void download(const std::vector<std::string>& urls, const std::filesystem::path& target,
              const DownloadCheck& check, const DownloadOptions& options) {
  if (target.has_parent_path()) make_directory(target.parent_path());
  PartialFile partial(target.string() + ".part");
  // Another process may have finished it while we waited for the lock.
  if (std::filesystem::exists(target)) {
    if (partial.size_bytes() == 0) partial.remove();
    return;
  }
  std::string reasons;
  for (const std::string& url : urls) {
    std::optional<std::string> failure = try_mirror(url, partial, check, options);
    if (!failure) {
      partial.move_to(target);
      return;
    }
    reasons += (reasons.empty() ? "" : "; ") + url + ": " + *failure;
  }
  if (partial.size_bytes() == 0) partial.remove();
  throw NetworkError("{}: can't be downloaded: {}", target.filename().string(), reasons);
}

}  // namespace elbo
