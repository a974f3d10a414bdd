#include "elbo/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <new>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/bytes.h"

namespace elbo {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip header and trailer only
constexpr std::size_t kChunk = std::size_t{1} << 18;
constexpr std::size_t kMaxInput = std::size_t{1} << 30;  // zlib counts input in 32 bits
constexpr std::size_t kMaxDeflateRatio = 1032;

struct Inflater {
  z_stream stream = {};
  Inflater() {
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

/// The trailer's size field is only a hint; no stream can unpack to more than the ratio allows.
std::size_t size_hint(std::span<const std::uint8_t> bytes, std::size_t max_bytes) {
  if (bytes.size() < 18) return 0;
  const std::size_t claimed = load_little<std::uint32_t>(bytes.data() + bytes.size() - 4);
  return std::min({claimed, bytes.size() * kMaxDeflateRatio, max_bytes});
}

}  // namespace

bool is_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

std::vector<std::uint8_t> gunzip(std::span<const std::uint8_t> bytes, const std::string& what,
                                 std::size_t max_bytes) {
  if (!is_gzip(bytes)) throw FileError("{}: expected a gzip file, found other bytes", what);
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::vector<std::uint8_t> result;
  result.reserve(size_hint(bytes, max_bytes) + kChunk);
  std::span<const std::uint8_t> rest = bytes;
  for (;;) {
    const std::size_t given = std::min(rest.size(), kMaxInput);
    stream.next_in = const_cast<Bytef*>(rest.data());
    stream.avail_in = static_cast<uInt>(given);
    const std::size_t used = result.size();
    result.resize(used + kChunk);
    stream.next_out = result.data() + used;
    stream.avail_out = kChunk;
    const int status = inflate(&stream, Z_NO_FLUSH);
    result.resize(used + kChunk - stream.avail_out);
    rest = rest.subspan(given - stream.avail_in);
    if (result.size() > max_bytes) {
      throw FileError(
          "{}: unpacks to more than the {} bytes that are read at most; if it is meant to be that "
          "large, unpack it first",
          what, max_bytes);
    }
    if (status == Z_STREAM_END) {
      if (std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; })) {
        return result;
      }
      if (!is_gzip(rest)) {
        throw FileError("{}: {} bytes that aren't gzip follow the compressed data; is it damaged?",
                        what, rest.size());
      }
      inflateReset(&stream);
    } else if (status == Z_OK || status == Z_BUF_ERROR) {
      if (rest.empty() && stream.avail_out > 0) {
        throw FileError("{}: the compressed data breaks off after {} bytes; is the file complete?",
                        what, bytes.size());
      }
    } else {
      throw FileError("{}: the compressed data is damaged near byte {} ({})", what,
                      bytes.size() - rest.size(), stream.msg != nullptr ? stream.msg : "no reason");
    }
  }
}

std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& path,
                                          std::size_t max_bytes) {
  std::vector<std::uint8_t> bytes = read_file(path, max_bytes);
  if (!is_gzip(bytes)) return bytes;
  return gunzip(bytes, path.string(), max_bytes);
}

std::vector<std::uint8_t> gzip_compress(std::span<const std::uint8_t> bytes) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::vector<std::uint8_t> result;
  std::span<const std::uint8_t> rest = bytes;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const std::size_t given = std::min(rest.size(), kMaxInput);
    stream.next_in = const_cast<Bytef*>(rest.data());
    stream.avail_in = static_cast<uInt>(given);
    const std::size_t used = result.size();
    result.resize(used + kChunk);
    stream.next_out = result.data() + used;
    stream.avail_out = kChunk;
    status = deflate(&stream, given == rest.size() ? Z_FINISH : Z_NO_FLUSH);
    ELBO_ASSERT(status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END);
    result.resize(used + kChunk - stream.avail_out);
    rest = rest.subspan(given - stream.avail_in);
  }
  deflateEnd(&stream);
  return result;
}

}  // namespace elbo
