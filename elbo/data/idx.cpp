#include "elbo/data/idx.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/data/labels.h"
#include "elbo/io/bytes.h"
#include "elbo/io/gzip.h"

namespace elbo {
namespace {

DType dtype_of(std::uint8_t code, const std::string& what) {
  switch (code) {
    case 0x08:
      return DType::u8;
    case 0x0c:
      return DType::i32;
    case 0x0d:
      return DType::f32;
    case 0x09:
    case 0x0b:
    case 0x0e:
      throw FileError(
          "{}: IDX element type 0x{:02x}; read are 0x08 (bytes), 0x0c (32-bit integers) and 0x0d "
          "(32-bit floats)",
          what, code);
    default:
      throw FileError("{}: expected an IDX file, found element type 0x{:02x}, which none has", what,
                      code);
  }
}

/// What to call the entries along the first axis.
const char* noun_of(std::size_t rank) {
  return rank == 1 ? "values" : rank == 2 ? "rows" : "images";
}

Array load_labels(const std::filesystem::path& path) {
  const std::string what = path.string();
  const Array raw = read_idx(path);
  if (raw.rank() != 1) {
    throw DataError("{}: shape {}; expected one label an image, shape (N); are these the images?",
                    what, to_string(raw.extents()));
  }
  if (raw.dtype() == DType::f32) {
    throw DataError("{}: the labels are floats; expected bytes or 32-bit integers", what);
  }
  Array labels(DType::i32, raw.extents());
  const std::span<std::int32_t> target = labels.values<std::int32_t>();
  if (raw.dtype() == DType::u8) {
    std::copy(raw.values<std::uint8_t>().begin(), raw.values<std::uint8_t>().end(), target.begin());
  } else {
    std::copy(raw.values<std::int32_t>().begin(), raw.values<std::int32_t>().end(), target.begin());
  }
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] < 0 || target[i] >= kMaxClasses) {
      throw DataError("{}: label {} (counted from 0) is {}; expected 0 to {}", what, i, target[i],
                      kMaxClasses - 1);
    }
  }
  return labels;
}

}  // namespace

Array parse_idx(std::span<const std::uint8_t> bytes, const std::string& what) {
  if (bytes.empty()) throw FileError("{}: the file is empty; is the download complete?", what);
  if (bytes.size() < 4) {
    throw FileError("{}: {} bytes are too few for an IDX file; is the download complete?", what,
                    bytes.size());
  }
  if (bytes[0] != 0 || bytes[1] != 0) {
    throw FileError("{}: expected an IDX file (first bytes 00 00), found {:02x} {:02x}", what,
                    bytes[0], bytes[1]);
  }
  const DType dtype = dtype_of(bytes[2], what);
  const std::size_t rank = bytes[3];
  if (rank < 1 || rank > 4)
    throw FileError("{}: {} axes in an IDX file; 1 to 4 are read", what, rank);
  const std::size_t header_bytes = 4 + 4 * rank;
  if (bytes.size() < header_bytes) {
    throw FileError(
        "{}: the IDX header takes {} bytes but the file holds {}; is the download complete?", what,
        header_bytes, bytes.size());
  }
  Extents extents;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    extents.push_back(load_big<std::uint32_t>(bytes.data() + 4 + 4 * axis));
  }
  const std::optional<std::uint64_t> data_bytes = checked_size_bytes(extents, size_of(dtype));
  if (!data_bytes) {
    throw FileError("{}: header says shape {}, too large for any memory; is the file damaged?",
                    what, to_string(extents));
  }
  if (*data_bytes != bytes.size() - header_bytes) {
    const std::uint64_t expected = *data_bytes + header_bytes;
    throw FileError("{}: header says {} {} ({} bytes) but the file holds {} bytes; {}", what,
                    extents[0], noun_of(rank), expected, bytes.size(),
                    bytes.size() < expected ? "is the download complete?" : "is it damaged?");
  }
  Array array(dtype, extents);
  const std::uint8_t* source = bytes.data() + header_bytes;
  if (dtype == DType::u8) {
    std::copy(source, source + *data_bytes, array.bytes().begin());
  } else if (dtype == DType::i32) {
    for (std::int32_t& value : array.values<std::int32_t>()) {
      value = static_cast<std::int32_t>(load_big<std::uint32_t>(source));
      source += 4;
    }
  } else {
    for (float& value : array.values<float>()) {
      value = std::bit_cast<float>(load_big<std::uint32_t>(source));
      source += 4;
    }
  }
  return array;
}

Array read_idx(const std::filesystem::path& path) {
  return parse_idx(read_maybe_gzip(path), path.string());
}

Dataset load_idx(const std::filesystem::path& images_path,
                 const std::optional<std::filesystem::path>& labels_path) {
  const std::string what = images_path.string();
  Dataset dataset;
  dataset.spec = fmt::format("idx:{}", what);
  Array images = read_idx(images_path);
  if (images.rank() == 1) {
    throw DataError("{}: shape {}; expected images; are these the labels?", what,
                    to_string(images.extents()));
  }
  if (images.dtype() == DType::i32) {
    throw DataError("{}: the pixels are 32-bit integers; expected bytes or 32-bit floats", what);
  }
  if (images.dtype() == DType::f32 && images.size() > 0) require_finite(images, what);
  set_examples(dataset, std::move(images), what);
  if (!labels_path) return dataset;

  dataset.spec += fmt::format(",{}", labels_path->string());
  Array labels = load_labels(*labels_path);
  if (labels.size() != dataset.count()) {
    throw DataError("{}: holds {} labels but {} holds {} images; do the files belong together?",
                    labels_path->string(), labels.size(), what, dataset.count());
  }
  const std::span<const std::int32_t> values = labels.values<std::int32_t>();
  const std::int32_t classes = *std::max_element(values.begin(), values.end()) + 1;
  for (std::int32_t label = 0; label < classes; ++label) {
    dataset.class_names.push_back(std::to_string(label));
  }
  dataset.labels = std::move(labels);
  return dataset;
}

}  // namespace elbo
