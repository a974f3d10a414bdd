#include "elbo/experiments/result_folder.h"

#include <algorithm>
#include <cmath>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/npy.h"

namespace elbo {

std::filesystem::path ResultFolder::path_of(const std::string& file) const {
  make_directory(folder_ / "results");
  return folder_ / "results" / file;
}

void ResultFolder::write(const std::string& name, const nlohmann::json& object) const {
  write_text_file(path_of(name + ".json"), object.dump(2) + "\n");
}

std::string ResultFolder::write_array(const std::string& name, const Array& array) const {
  write_npy(path_of(name + ".npy"), array);
  return name + ".npy";
}

Array as_images(const Array& rows, const ImageShape& image, Extents leading) {
  leading.insert(leading.end(), {image.height, image.width, image.channels});
  Array images(DType::u8, std::move(leading));
  const auto from = rows.values<float>();
  const auto to = images.values<std::uint8_t>();
  ELBO_ASSERT(from.size() == to.size());
  std::transform(from.begin(), from.end(), to.begin(), [](float pixel) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(pixel, 0.0f, 1.0f) * 255));
  });
  return images;
}

Array stacked(const std::vector<Array>& parts) {
  std::int64_t rows = 0;
  for (const Array& part : parts) rows += part.extent(0);
  Array all(DType::f32, {rows, parts.front().extent(1)});
  auto target = all.values<float>().begin();
  for (const Array& part : parts) {
    const auto values = part.values<float>();
    target = std::copy(values.begin(), values.end(), target);
  }
  return all;
}

bool can_be_drawn(const ImageShape& image) {
  return image.height > 1 && image.width > 1 && (image.channels == 1 || image.channels == 3);
}

void require_images(const ImageShape& image, const std::string& experiment) {
  if (can_be_drawn(image)) return;
  throw UsageError(
      "{}: needs images of at least 2 x 2 pixels and 1 or 3 channels, the model was trained on {} "
      "x "
      "{} x {}",
      experiment, image.height, image.width, image.channels);
}

}  // namespace elbo
