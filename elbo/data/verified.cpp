#include "elbo/data/verified.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <thread>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/data/sha256.h"
#include "elbo/io/gzip.h"

namespace elbo {
namespace {

/// What tells one state of a file from the next. The change time is part of it because a program
/// can set the modification time back, but not the change time.
struct FileState {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = 0, modified_ns = 0, changed_ns = 0;
  bool operator==(const FileState&) const = default;
};

constexpr std::int64_t kNanoseconds = 1'000'000'000;

std::int64_t to_ns(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * kNanoseconds + time.tv_nsec;
}

std::optional<FileState> state_of(const std::filesystem::path& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return FileState{status.st_dev, status.st_ino, status.st_size, to_ns(status.st_mtim),
                   to_ns(status.st_ctim)};
}

/// Makes sure that a later change would show: a file clock may tick only every 10 ms, and a second
/// write within one tick leaves the same times, so a file that was written just now is waited for,
/// 50 ms at most. False when its time lies in the future.
bool let_settle(const FileState& state) {
  constexpr std::int64_t kSettled = kNanoseconds / 20;
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t age = to_ns(now) - state.changed_ns;
  if (age < 0) return false;
  if (age < kSettled) std::this_thread::sleep_for(std::chrono::nanoseconds(kSettled - age));
  return true;
}

struct Stamp {
  std::filesystem::path path;
  std::string text;
};

Stamp stamp_of(const std::filesystem::path& file, const FileState& state, const KnownFile& known,
               const std::filesystem::path& cache_dir) {
  const std::string name = std::filesystem::absolute(file).lexically_normal().string();
  const std::string id =
      sha256_hex({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
  return {cache_dir / "verified" / id.substr(0, 32),
          fmt::format("{}\n{} {} {} {} {}\n{}\n", name, state.device, state.inode, state.size,
                      state.modified_ns, state.changed_ns, known.sha256)};
}

bool is_verified(const std::filesystem::path& file, const KnownFile& known,
                 const std::filesystem::path& cache_dir) {
  const std::optional<FileState> state = state_of(file);
  if (!state) return false;
  const Stamp stamp = stamp_of(file, *state, known, cache_dir);
  if (::access(stamp.path.c_str(), R_OK) != 0) return false;
  try {
    return read_text_file(stamp.path) == stamp.text;
  } catch (const FileError&) {
    return false;
  }
}

void write_stamp(const std::filesystem::path& file, const FileState& state, const KnownFile& known,
                 const std::filesystem::path& cache_dir) {
  const Stamp stamp = stamp_of(file, state, known, cache_dir);
  make_directory(stamp.path.parent_path());
  write_text_file(stamp.path, stamp.text);
}

/// Remembers a check that held. A cache that can't be written to is no error: the next start is
/// slower, that is all.
void remember(const std::filesystem::path& file, const FileState& state, const KnownFile& known,
              const std::vector<std::uint8_t>& bytes, const std::filesystem::path& cache_dir) {
  try {
    if (state.size != known.size_bytes()) {
      const std::filesystem::path unpacked = cache_dir / "unpacked" / known.sha256;
      if (!is_verified(unpacked, known, cache_dir)) {
        make_directory(unpacked.parent_path());
        write_file(unpacked, bytes);
        if (const auto written = state_of(unpacked)) {
          write_stamp(unpacked, *written, known, cache_dir);
        }
      }
    }
    write_stamp(file, state, known, cache_dir);
  } catch (const FileError&) {
  }
}

bool read_fully(int descriptor, std::span<std::uint8_t> target, std::int64_t offset) {
  while (!target.empty()) {
    const ssize_t count = ::pread(descriptor, target.data(), target.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    target = target.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
  return true;
}

/// Rows straight from an uncompressed file into the array; nothing when it turns out shorter.
std::optional<Array> read_rows(const std::filesystem::path& plain, const KnownFile& known,
                               std::int64_t rows) {
  const int descriptor = ::open(plain.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  Array array(DType::u8, {rows, known.row_bytes});
  const bool complete = read_fully(descriptor, array.bytes(), known.header_bytes);
  ::close(descriptor);
  if (!complete) return std::nullopt;
  return array;
}

}  // namespace

std::filesystem::path user_cache_dir() {
  for (const auto& [variable, below] : {std::pair{"XDG_CACHE_HOME", ""}, {"HOME", ".cache"}}) {
    const char* value = std::getenv(variable);
    // The XDG base directory specification has relative paths ignored.
    if (value != nullptr && *value == '/') return std::filesystem::path(value) / below / "elbo";
  }
  return {};
}

std::vector<std::uint8_t> read_and_verify(const std::filesystem::path& file,
                                          const KnownFile& known) {
  // Several times the expected size, so that a wrong file is told by its checksum.
  const auto most = static_cast<std::size_t>(known.size_bytes()) * 4 + (std::size_t{1} << 20);
  std::vector<std::uint8_t> bytes = read_maybe_gzip(file, most);
  const std::string found = sha256_hex(bytes);
  if (found != known.sha256) {
    throw DataError(
        "{}: expected {} bytes with SHA-256 {}, found {} bytes with SHA-256 {} (uncompressed); "
        "the file is damaged or another one, move it away and the right one will be downloaded",
        file.string(), known.size_bytes(), known.sha256, bytes.size(), found);
  }
  return bytes;
}

Array read_known_file(const std::filesystem::path& file, const KnownFile& known, std::int64_t rows,
                      const std::filesystem::path& cache_dir) {
  rows = std::min(rows, known.count);
  const bool cached = !cache_dir.empty();
  const std::optional<FileState> before = state_of(file);
  if (cached && before && is_verified(file, known, cache_dir)) {
    const std::filesystem::path unpacked = cache_dir / "unpacked" / known.sha256;
    const bool plain = before->size == known.size_bytes();
    if (plain || is_verified(unpacked, known, cache_dir)) {
      if (auto array = read_rows(plain ? file : unpacked, known, rows)) return *std::move(array);
    }
  }
  const bool settled = cached && before && let_settle(*before);
  const std::vector<std::uint8_t> bytes = read_and_verify(file, known);
  if (settled && state_of(file) == before) {
    remember(file, *before, known, bytes, cache_dir);
  }
  const auto begin = bytes.begin() + known.header_bytes;
  Array array(DType::u8, {rows, known.row_bytes});
  std::copy_n(begin, array.size_bytes(), array.bytes().begin());
  return array;
}

}  // namespace elbo
