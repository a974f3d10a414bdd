// From a data spec, the one string that names data everywhere, to a Dataset in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "elbo/data/dataset.h"
#include "elbo/data/download.h"

namespace elbo {

/// Where and how specs are looked up.
struct DataOptions {
  /// Looked in first for named sets (--data-dir); may be empty.
  std::filesystem::path data_dir;
  /// Whether a named set that is nowhere on disk may be downloaded.
  bool download = true;
  /// Split used when the spec names none: "train" or "test".
  std::string default_split = "train";
  /// Of generated sets, unless the spec has its own.
  std::uint64_t seed = 1;
  /// For generated sets; 0 means all there are. What is generated doesn't depend on it.
  int threads = 0;
  /// Called while a named set is downloaded; may be empty.
  DownloadProgressCallback progress;
};

/// Loads what `spec` names: `mnist`, `fashion-mnist:test`, `idx:IMAGES[,LABELS]`,
/// `npy:X.npy[,Y.npy]`, `csv:FILE?target=COLUMN`, `images:DIR`, `strokes?count=1000`, ...
/// Throws UsageError for a spec that can't be understood, FileError, DataError or NetworkError for
/// data that can't be had.
Dataset load_dataset(const std::string& spec, const DataOptions& options);

}  // namespace elbo
