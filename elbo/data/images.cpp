#include "elbo/data/images.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/log.h"
#include "elbo/base/utf8.h"
#include "elbo/io/jpeg.h"
#include "elbo/io/png.h"

namespace elbo {
namespace {

namespace fs = std::filesystem;

/// More than this is a mistake: the whole set is held in memory.
constexpr std::int64_t kMaxSetBytes = std::int64_t{1} << 36;

struct Folder {
  std::vector<fs::path> pictures, subfolders;
  std::size_t skipped = 0;
};

bool is_picture_name(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// What lies in the folder itself, sorted by name, byte by byte.
Folder list_folder(const fs::path& dir) {
  Folder folder;
  std::error_code error;
  for (fs::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;  // an entry that can't be looked at is of no known type
    const bool hidden = path.filename().string().front() == '.';
    if (!hidden && entry->is_directory(ignored)) {
      folder.subfolders.push_back(path);
    } else if (!hidden && is_picture_name(path) && entry->is_regular_file(ignored)) {
      folder.pictures.push_back(path);
    } else {
      ++folder.skipped;
    }
  }
  if (error) throw FileError("{}: the folder can't be read: {}", dir.string(), error.message());
  std::sort(folder.pictures.begin(), folder.pictures.end());
  std::sort(folder.subfolders.begin(), folder.subfolders.end());
  return folder;
}

/// By content, whatever the name says: many a .jpg is a PNG.
Array read_picture(const fs::path& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  const auto begins = [&](std::initializer_list<std::uint8_t> magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  if (begins({0x89, 'P', 'N', 'G'})) return decode_png(bytes, path.string());
  if (begins({0xff, 0xd8, 0xff})) return decode_jpeg(bytes, path.string());
  throw FileError("{}: expected a PNG or JPEG picture, found {}; remove or convert it",
                  path.string(), bytes.empty() ? "an empty file" : "other bytes");
}

/// Fills (count, H * W * C) picture by picture; grows from grey to colour when the first colour
/// picture comes.
class Collector {
 public:
  explicit Collector(std::int64_t count) : count_(count) {}

  void add(const fs::path& path) {
    const Array picture = read_picture(path);
    if (added_ == 0) {
      first_ = path;
      shape_ = {picture.extent(0), picture.extent(1), picture.extent(2)};
      allocate();
    } else if (picture.extent(0) != shape_.height || picture.extent(1) != shape_.width) {
      throw DataError(
          "{} is {} x {} pixels but {} is {} x {}; all pictures must have one size, so resize or "
          "crop them first",
          path.string(), picture.extent(1), picture.extent(0), first_.string(), shape_.width,
          shape_.height);
    } else if (picture.extent(2) > shape_.channels) {
      const Array grey = std::move(pixels_);
      shape_.channels = 3;
      allocate();
      for (std::int64_t i = 0; i < added_; ++i) {
        copy(grey.row<std::uint8_t>(i), pixels_.row<std::uint8_t>(i));
      }
    }
    copy(picture.bytes(), pixels_.row<std::uint8_t>(added_++));
  }

  Array take_pixels() { return std::move(pixels_); }
  const ExampleShape& shape() const { return shape_; }

 private:
  void allocate() {
    if (shape_.size() > kMaxSetBytes / count_) {
      throw DataError(
          "{}: {} pictures of {} x {} pixels don't fit in memory; make them smaller first",
          first_.parent_path().string(), count_, shape_.width, shape_.height);
    }
    pixels_ = Array(DType::u8, {count_, shape_.size()});
  }
  /// Copies, or spreads grey over three channels.
  static void copy(std::span<const std::uint8_t> source, std::span<std::uint8_t> target) {
    const std::size_t repeat = target.size() / source.size();
    for (std::size_t i = 0; i < target.size(); ++i) target[i] = source[i / repeat];
  }

  std::int64_t count_;
  std::int64_t added_ = 0;
  fs::path first_;
  ExampleShape shape_;
  Array pixels_;
};

/// The pictures of a class; its own subfolders count as skipped.
std::vector<fs::path> list_class(const fs::path& dir, std::size_t& skipped) {
  Folder folder = list_folder(dir);
  if (folder.pictures.empty()) {
    throw DataError("{}: this class folder holds no PNG or JPEG pictures; {}", dir.string(),
                    folder.subfolders.empty()
                        ? "fill or remove it"
                        : "its subfolders do not count: did you mean images:" + dir.string() + "?");
  }
  skipped += folder.skipped + folder.subfolders.size();
  return std::move(folder.pictures);
}

}  // namespace

Dataset load_images(const fs::path& dir) {
  Folder top = list_folder(dir);
  std::size_t skipped = top.skipped;
  Dataset dataset;
  dataset.spec = fmt::format("images:{}", dir.string());
  std::vector<std::int32_t> labels;
  if (!top.subfolders.empty() && !top.pictures.empty()) {
    throw DataError("{}: holds both pictures ({}) and class folders ({}); move one of them away",
                    dir.string(), top.pictures.front().filename().string(),
                    top.subfolders.front().filename().string());
  }
  for (const fs::path& subfolder : top.subfolders) {
    const std::vector<fs::path> pictures = list_class(subfolder, skipped);
    labels.insert(labels.end(), pictures.size(),
                  static_cast<std::int32_t>(dataset.class_names.size()));
    top.pictures.insert(top.pictures.end(), pictures.begin(), pictures.end());
    const std::string name = subfolder.filename().string();
    if (!is_utf8(name)) {
      throw DataError("{}: the name of the class folder after {} is not UTF-8; rename it",
                      dir.string(),
                      dataset.class_names.empty() ? "none" : dataset.class_names.back());
    }
    dataset.class_names.push_back(name);
  }
  if (top.pictures.empty()) {
    throw DataError("{}: holds no PNG or JPEG pictures, and no class folders", dir.string());
  }
  if (skipped > 0) {
    logging::warning("{}: skipped {} {}, hidden or neither PNG nor JPEG", dir.string(), skipped,
                     skipped == 1 ? "entry" : "entries");
  }
  const auto count = static_cast<std::int64_t>(top.pictures.size());
  Collector collector(count);
  for (const fs::path& picture : top.pictures) {
    collector.add(picture);
    dataset.files.push_back(picture.lexically_relative(dir).string());
  }
  dataset.example = collector.shape();
  dataset.examples = collector.take_pixels();
  if (!labels.empty()) dataset.labels = Array::from(labels, {count});
  return dataset;
}

}  // namespace elbo
