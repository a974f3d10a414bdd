#include "elbo/io/png.h"

#include <spng.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/image_limits.h"

namespace elbo {
namespace {

constexpr std::size_t kMaxChunkBytes = std::size_t{1} << 24;
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::array<std::uint8_t, 8> kEnd = {'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};

using Context = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;

Context make_context(int flags) {
  Context context(spng_ctx_new(flags), &spng_ctx_free);
  if (!context) throw std::bad_alloc();
  return context;
}

std::uint64_t bits_per_pixel(const spng_ihdr& header) {
  const std::uint64_t samples = header.color_type == SPNG_COLOR_TYPE_TRUECOLOR         ? 3
                                : header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA ? 4
                                : header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ? 2
                                                                                       : 1;
  return samples * header.bit_depth;
}

/// value over white, rounded.
std::uint8_t over_white(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace

Array decode_png(std::span<const std::uint8_t> bytes, const std::string& what) {
  const auto check = [&](int error) {
    if (error == SPNG_OK) return;
    if (error == SPNG_IO_EOF || error == SPNG_EOF) {
      throw FileError("{}: the picture breaks off after {} bytes; is the file complete?", what,
                      bytes.size());
    }
    throw FileError("{}: can't be read as PNG: {}", what, spng_strerror(error));
  };
  if (bytes.empty()) throw FileError("{}: expected a PNG picture, found an empty file", what);
  const Context context = make_context(0);
  check(spng_set_image_limits(context.get(), kMaxImageSide, kMaxImageSide));
  check(spng_set_chunk_limits(context.get(), kMaxChunkBytes, 4 * kMaxChunkBytes));
  check(spng_set_png_buffer(context.get(), bytes.data(), bytes.size()));
  spng_ihdr header = {};
  check(spng_get_ihdr(context.get(), &header));

  const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
  if (pixels > kMaxImagePixels) {
    throw FileError("{}: {} x {} pixels are more than the {} that are read at most", what,
                    header.width, header.height, kMaxImagePixels);
  }
  // No compressed stream unpacks to more than this, so the header lies or the file is cut off.
  if (pixels * bits_per_pixel(header) / 8 > bytes.size() * kMaxDeflateRatio) {
    throw FileError(
        "{}: header says {} x {} pixels but the file holds only {} bytes; is it damaged?", what,
        header.width, header.height, bytes.size());
  }
  std::vector<std::uint8_t> rgba(pixels * 4);
  check(
      spng_decode_image(context.get(), rgba.data(), rgba.size(), SPNG_FMT_RGBA8, SPNG_DECODE_TRNS));
  check(spng_decode_chunks(context.get()));  // reads on to the end marker, but not its checksum
  if (std::search(bytes.begin(), bytes.end(), kEnd.begin(), kEnd.end()) == bytes.end()) {
    check(SPNG_IO_EOF);
  }

  const bool grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE ||
                    header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
  const std::size_t channels = grey ? 1 : 3;
  Array image(DType::u8, {header.height, header.width, static_cast<std::int64_t>(channels)});
  std::uint8_t* target = image.bytes().data();
  for (std::size_t i = 0; i < rgba.size(); i += 4) {
    for (std::size_t c = 0; c < channels; ++c) *target++ = over_white(rgba[i + c], rgba[i + 3]);
  }
  return image;
}

Array read_png(const std::filesystem::path& path) {
  return decode_png(read_file(path), path.string());
}

std::vector<std::uint8_t> encode_png(int width, int height, int channels,
                                     std::span<const std::uint8_t> pixels) {
  ELBO_ASSERT(width > 0 && height > 0 && (channels == 1 || channels == 3));
  ELBO_ASSERT(pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                                   static_cast<std::size_t>(channels));
  const Context context = make_context(SPNG_CTX_ENCODER);
  spng_ihdr header = {};
  header.width = static_cast<std::uint32_t>(width);
  header.height = static_cast<std::uint32_t>(height);
  header.bit_depth = 8;
  header.color_type = channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR;
  const auto check = [&](int error) {
    if (error == SPNG_OK) return;
    throw FileError("a PNG of {} x {} pixels can't be made: {}", width, height,
                    spng_strerror(error));
  };
  check(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1));
  check(spng_set_ihdr(context.get(), &header));
  check(spng_encode_image(context.get(), pixels.data(), pixels.size(), SPNG_FMT_PNG,
                          SPNG_ENCODE_FINALIZE));
  std::size_t size = 0;
  int error = SPNG_OK;
  const std::unique_ptr<void, decltype(&std::free)> buffer(
      spng_get_png_buffer(context.get(), &size, &error), &std::free);
  check(error);
  const auto* begin = static_cast<const std::uint8_t*>(buffer.get());
  return {begin, begin + size};
}

void write_png(const std::filesystem::path& path, int width, int height, int channels,
               std::span<const std::uint8_t> pixels) {
  write_file(path, encode_png(width, height, channels, pixels));
}

}  // namespace elbo
