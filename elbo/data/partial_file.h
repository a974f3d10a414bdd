// The part of a download that has arrived: appended to, kept when the line breaks, renamed into
// place when it is whole. Held by one process at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace elbo {

class PartialFile {
 public:
  /// Opens or makes the file and waits until no other process holds it. Throws FileError when it
  /// can't be opened, Interrupted when the user loses patience.
  explicit PartialFile(std::filesystem::path path);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// Throws FileError (disk full).
  void append(std::span<const std::uint8_t> bytes);
  /// Back to no bytes at all.
  void restart();
  /// Writes everything through to the disk and renames the file to `target`.
  void move_to(const std::filesystem::path& target);
  void remove();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace elbo
