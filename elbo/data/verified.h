// Reading files whose content is known by its SHA-256, fast the second time. A check costs the
// decompression of the whole file, so its outcome is remembered in the user's cache folder:
//
//   <cache>/verified/<id>         a stamp: this path, with this inode, size and times, was checked
//   <cache>/unpacked/<sha256>     the uncompressed bytes of a .gz that was checked
//
// A stamp stops holding as soon as the file's inode, size, modification or change time differ, and
// the unpacked bytes carry a stamp of their own. Nothing is ever written next to the user's files,
// and a cache that can't be written to costs time only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "elbo/data/named_table.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// $XDG_CACHE_HOME/elbo or ~/.cache/elbo; empty when neither variable holds an absolute path.
std::filesystem::path user_cache_dir();

/// The first `rows` rows of a file that must hold exactly what `known` says, gzip-compressed or
/// not: u8 of (rows, row_bytes). cache_dir: user_cache_dir(), or empty for no cache.
/// Throws DataError, naming file, expected and found, when the content is another; FileError when
/// it can't be read.
Array read_known_file(const std::filesystem::path& file, const KnownFile& known, std::int64_t rows,
                      const std::filesystem::path& cache_dir);

/// The uncompressed bytes, checked now whatever the stamps say. Throws like read_known_file.
std::vector<std::uint8_t> read_and_verify(const std::filesystem::path& file,
                                          const KnownFile& known);

}  // namespace elbo
