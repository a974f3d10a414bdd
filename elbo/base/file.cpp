#include "elbo/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

#include "elbo/base/error.h"

namespace elbo {
namespace {

/// Between a file's name and the number of the process that writes it.
constexpr std::string_view kTemporaryMark = ".tmp";

/// Closes a file descriptor when it leaves scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  bool close() { return ::close(std::exchange(value_, -1)) == 0; }

 private:
  int value_;
};

std::string reason() {
  return std::strerror(errno);
}

bool write_all(int descriptor, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// A device or a pipe, which a file must not be put in the place of.
bool is_special(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

void write_special(const std::filesystem::path& path,
                   std::span<const std::span<const std::uint8_t>> parts) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  bool written = file.get() >= 0;
  for (const std::span<const std::uint8_t> part : parts) {
    written = written && write_all(file.get(), part);
  }
  if (!written) throw FileError("{}: can't be written: {}", path.string(), reason());
}

}  // namespace

std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw FileError("{}: can't be opened: {}", path.string(), reason());
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw FileError("{}: {}", path.string(), reason());
  if (S_ISDIR(status.st_mode)) {
    throw FileError("{}: expected a file, found a folder", path.string());
  }
  const auto too_large = [&] {
    return FileError("{}: larger than the {} bytes that are read at most", path.string(),
                     max_bytes);
  };
  if (static_cast<std::size_t>(status.st_size) > max_bytes) throw too_large();
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  for (;;) {
    const std::size_t used = bytes.size();
    const std::size_t room = std::max(bytes.capacity() - used, std::size_t{1});
    bytes.resize(used + std::min(room, kChunk));
    const ssize_t count = ::read(file.get(), bytes.data() + used, bytes.size() - used);
    if (count < 0 && errno == EINTR) {
      bytes.resize(used);
      continue;
    }
    if (count < 0) throw FileError("{}: can't be read: {}", path.string(), reason());
    bytes.resize(used + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
    if (bytes.size() > max_bytes) throw too_large();
  }
}

std::string read_text_file(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  write_file_parts(path, {&bytes, 1});
}

void write_file_parts(const std::filesystem::path& wanted,
                      std::span<const std::span<const std::uint8_t>> parts) {
  if (is_special(wanted)) return write_special(wanted, parts);
  // A link stays a link: what it points at is replaced.
  std::error_code error;
  const std::filesystem::path path = std::filesystem::is_symlink(wanted, error)
                                         ? std::filesystem::weakly_canonical(wanted, error)
                                         : wanted;
  if (path.empty()) throw FileError("{}: can't be written: {}", wanted.string(), error.message());
  const std::string temporary =
      path.string() + std::string(kTemporaryMark) + std::to_string(::getpid());
  const auto fail = [&](const std::string& why) {
    ::unlink(temporary.c_str());
    throw FileError("{}: can't be written: {}", path.string(), why);
  };
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) throw FileError("{}: can't be written: {}", path.string(), reason());
  for (const std::span<const std::uint8_t> part : parts) {
    if (!write_all(file.get(), part)) fail(reason());
  }
  if (::fsync(file.get()) != 0 && errno != EINVAL) fail(reason());
  if (!file.close()) fail(reason());
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail(reason());
}

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code ignored;
  const auto whole = [&](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  return whole(a) == whole(b);
}

void make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path)) {
    throw FileError("{}: the folder can't be made: {}", path.string(),
                    error ? error.message() : "a file of that name is in the way");
  }
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    throw FileError("{}: the folder can't be written to: {}", path.string(), reason());
  }
}

void remove_half_written(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::size_t mark = name.rfind(kTemporaryMark);
    if (mark == std::string::npos || mark == 0 || !entry.is_regular_file(ignored)) continue;
    const char* begin = name.data() + mark + kTemporaryMark.size();
    const char* end = name.data() + name.size();
    pid_t process = 0;
    const auto [stop, parsed] = std::from_chars(begin, end, process);
    if (parsed != std::errc() || stop != end || process <= 0) continue;
    const bool is_gone = ::kill(process, 0) != 0 && errno == ESRCH;
    if (is_gone) std::filesystem::remove(entry.path(), ignored);
  }
}

FolderLock::FolderLock(const std::filesystem::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw FileError("{}: can't be opened: {}", folder.string(), reason());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    throw FileError("{}: another process is writing to it; wait for its end, or end it",
                    folder.string());
  }
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

}  // namespace elbo
