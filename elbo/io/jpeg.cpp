// libjpeg reports errors by a callback that must not return. Ours jumps back with longjmp, so each
// function that calls setjmp holds nothing that would need a destructor.
#include "elbo/io/jpeg.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
// jpeglib.h needs size_t and FILE declared first.
#include <jerror.h>
#include <jpeglib.h>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/image_limits.h"

namespace elbo {
namespace {

/// A progressive file may hold any number of passes over a huge picture; honest ones have about 10.
constexpr int kMaxScans = 100;

class JpegReader {
 public:
  JpegReader(std::span<const std::uint8_t> bytes, const std::string& what)
      : bytes_(bytes), what_(what) {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { reader(info).stop(); };
    errors_.emit_message = [](j_common_ptr info, int level) { reader(info).on_message(level); };
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = [](j_common_ptr info) { reader(info).check_scans(); };
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Array read() {
    if (!read_header()) throw_error();
    const std::uint64_t pixels = std::uint64_t{info_.image_width} * info_.image_height;
    if (info_.image_width > kMaxImageSide || info_.image_height > kMaxImageSide ||
        pixels > kMaxImagePixels) {
      throw FileError("{}: {} x {} pixels are more than the {} that are read at most", what_,
                      info_.image_width, info_.image_height, kMaxImagePixels);
    }
    if (info_.num_components != 1 && info_.num_components != 3) {
      throw FileError(
          "{}: a JPEG of {} colour components (CMYK?); expected grey or RGB; save it anew", what_,
          info_.num_components);
    }
    Array image(DType::u8, {info_.image_height, info_.image_width, info_.num_components});
    if (!read_pixels(image.bytes().data())) throw_error();
    return image;
  }

 private:
  static JpegReader& reader(j_common_ptr info) {
    return *static_cast<JpegReader*>(info->client_data);
  }

  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes_.data(), static_cast<unsigned long>(bytes_.size()));
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  bool read_pixels(std::uint8_t* pixels) {
    if (setjmp(jump_) != 0) return false;
    info_.out_color_space = info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info_);
    const std::size_t row_bytes = static_cast<std::size_t>(info_.output_width) *
                                  static_cast<std::size_t>(info_.output_components);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = pixels + row_bytes * info_.output_scanline;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  [[noreturn]] void stop() {
    errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), message_);
    std::longjmp(jump_, 1);
  }

  /// libjpeg paints over damage with grey and calls it a warning; to us it is a damaged file. What
  /// has no effect on the pixels passes.
  void on_message(int level) {
    if (level >= 0) return;
    const int code = errors_.msg_code;
    if (code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM ||
        code == JWRN_BOGUS_ICC) {
      return;
    }
    truncated_ = code == JWRN_JPEG_EOF;
    stop();
  }

  void check_scans() {
    if (info_.input_scan_number <= kMaxScans) return;
    std::snprintf(message_, sizeof message_, "more than %d scans", kMaxScans);
    std::longjmp(jump_, 1);
  }

  [[noreturn]] void throw_error() const {
    if (truncated_) {
      throw FileError("{}: the picture breaks off after {} bytes; is the file complete?", what_,
                      bytes_.size());
    }
    throw FileError("{}: can't be read as JPEG: {}", what_, message_);
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& what_;
  jpeg_decompress_struct info_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_progress_mgr progress_ = {};
  std::jmp_buf jump_ = {};
  char message_[JMSG_LENGTH_MAX] = {};
  bool truncated_ = false;
};

}  // namespace

Array decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& what) {
  if (bytes.empty()) throw FileError("{}: expected a JPEG picture, found an empty file", what);
  return JpegReader(bytes, what).read();
}

Array read_jpeg(const std::filesystem::path& path) {
  return decode_jpeg(read_file(path), path.string());
}

}  // namespace elbo
