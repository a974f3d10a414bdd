// Whole files in, whole files out. A file that we write appears complete or not at all: it is
// written to a temporary name beside the target, synced and renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elbo {

/// The bytes of a file. Throws FileError when it can't be read or is larger than max_bytes.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                    std::size_t max_bytes = std::size_t{1} << 36);
std::string read_text_file(const std::filesystem::path& path);

/// Replaces the file in one step. Throws FileError (folder missing, no permission, disk full); then
/// the old file, if any, is untouched and nothing half-written stays behind.
void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
/// The same from parts written one after the other, so that big buffers need no joined copy.
void write_file_parts(const std::filesystem::path& path,
                      std::span<const std::span<const std::uint8_t>> parts);
void write_text_file(const std::filesystem::path& path, std::string_view text);

/// True for two names of what is, or will be, one file.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// Makes the folder and its parents if needed. Throws FileError when it can't, or can't be written
/// to.
void make_directory(const std::filesystem::path& path);

/// Removes what writers that were killed left half-written in the folder; does nothing where it
/// isn't there.
void remove_half_written(const std::filesystem::path& folder);

/// Keeps other processes that lock the same folder away while it lives, and leaves no file. Throws
/// FileError when another has it; where the file system knows no locks it does nothing.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace elbo
