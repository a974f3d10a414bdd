// Named public data sets: found on this machine, or downloaded once into the user's cache folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/data/named_table.h"
#include "elbo/data/source.h"

namespace elbo {

/// Folders that named sets are looked for in, in order: options.data_dir, $ELBO_DATA, ./data, the
/// user's cache folder. A set lies in <folder>/<name>/.
std::vector<std::filesystem::path> data_folders(const DataOptions& options);

/// The first <folder>/<set>/<file>.gz or <folder>/<set>/<file> there is.
std::optional<std::filesystem::path> find_known_file(const NamedSet& set, const KnownFile& file,
                                                     const DataOptions& options);

/// Where each of a set's four files is, after downloading those that are nowhere. All are checked.
/// Throws UsageError for an unknown name, NetworkError, DataError, FileError, Interrupted.
std::vector<std::filesystem::path> fetch_named_set(const std::string& name,
                                                   const DataOptions& options);

/// The first `limit` examples of a split, "train" or "test".
Dataset load_named_set(const NamedSet& set, const std::string& split, std::int64_t limit,
                       const DataOptions& options);

}  // namespace elbo
