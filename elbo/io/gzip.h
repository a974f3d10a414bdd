// gzip (RFC 1952) in memory, with a bound on what it may unpack to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace elbo {

/// What is unpacked at most unless the caller says otherwise: 4 GiB.
inline constexpr std::size_t kMaxUnpackedBytes = std::size_t{1} << 32;

/// True when the bytes begin with the gzip magic.
bool is_gzip(std::span<const std::uint8_t> bytes);

/// The unpacked bytes of one or more concatenated gzip members; zero padding may follow the last.
/// Throws FileError, naming `what`, for a truncated or damaged stream, a checksum that differs,
/// other bytes after the last member, or more than max_bytes of output.
std::vector<std::uint8_t> gunzip(std::span<const std::uint8_t> bytes, const std::string& what,
                                 std::size_t max_bytes = kMaxUnpackedBytes);

/// The bytes of a file, unpacked when it begins with the gzip magic, whatever its name.
/// Throws FileError as gunzip and read_file do.
std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& path,
                                          std::size_t max_bytes = kMaxUnpackedBytes);

/// One gzip member with no name and no time in its header, so equal input gives equal output.
std::vector<std::uint8_t> gzip_compress(std::span<const std::uint8_t> bytes);

}  // namespace elbo
