#include "elbo/data/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"

namespace elbo {
namespace {

/// Waits for the lock. File systems without locks (some network ones) go without.
void lock(int descriptor, const std::filesystem::path& path) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return;
    if (interrupted()) {
      throw Interrupted("{}: stopped while another process downloads it", path.string());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace

PartialFile::PartialFile(std::filesystem::path path) : path_(std::move(path)) {
  for (;;) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail("can't be written");
    struct stat held = {}, named = {};
    try {
      lock(descriptor_, path_);
      if (::fstat(descriptor_, &held) != 0 || !S_ISREG(held.st_mode)) fail("is not a file");
    } catch (...) {
      ::close(descriptor_);
      throw;
    }
    // Whoever held the lock may have renamed the file away meanwhile.
    const bool current = ::stat(path_.c_str(), &named) == 0 && named.st_ino == held.st_ino &&
                         named.st_dev == held.st_dev;
    if (current) {
      size_bytes_ = static_cast<std::uint64_t>(held.st_size);
      return;
    }
    ::close(descriptor_);
  }
}

PartialFile::~PartialFile() {
  ::close(descriptor_);
}

void PartialFile::append(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_bytes_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("can't be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_bytes_ += static_cast<std::uint64_t>(written);
  }
}

void PartialFile::restart() {
  if (::ftruncate(descriptor_, 0) != 0) fail("can't be emptied");
  size_bytes_ = 0;
}

void PartialFile::move_to(const std::filesystem::path& target) {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail("can't be written");
  if (::rename(path_.c_str(), target.c_str()) != 0) fail("can't be renamed");
}

void PartialFile::remove() {
  ::unlink(path_.c_str());
}

void PartialFile::fail(const char* what) const {
  throw FileError("{}: {}: {}", path_.string(), what, std::strerror(errno));
}

}  // namespace elbo
