// One HTTP(S) transfer into a partial file, by libcurl. Which address to try next, and whether the
// bytes are the right ones, is download.h's business.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "elbo/data/download.h"
#include "elbo/data/partial_file.h"

namespace elbo {

enum class TransferEnd {
  /// The server sent all it announced.
  complete,
  /// The connection broke or went quiet; what arrived is in the file and can be continued.
  cut_off,
  /// The server can't continue from where the file ends; only a fresh start can help.
  cannot_resume,
  /// The server sends more than the file can have.
  too_large,
  /// Nothing to be had here: no such host, an error status.
  refused,
};

struct Transfer {
  TransferEnd end = TransferEnd::refused;
  /// Why, unless complete.
  std::string reason;
  /// Whether bytes were added to bytes of an earlier transfer.
  bool resumed = false;
};

/// Fetches `url` into `file`, continuing from the bytes that are there if the server can.
/// Throws Interrupted, FileError (disk full), and what the progress callback throws.
Transfer transfer(const std::string& url, PartialFile& file, const DownloadOptions& options);

}  // namespace elbo
