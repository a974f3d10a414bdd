// original_reconstructed.png: test images above what the decoder makes of their codes.
#include "elbo/report/figures/figures.h"
#include "elbo/report/image_grid.h"

namespace elbo {

Figures draw_reconstruction(const Study& study) {
  const Record result = study.result("reconstruction");
  if (!result.has("images")) return {};
  Array images = study.images(result, "images", 5);
  // More columns than fit are wrapped into further pairs of rows.
  constexpr std::int64_t kColumns = 12;
  const std::int64_t columns = images.extent(1);
  const bool ink = shows_as_ink(images.slice(0, 1));
  const std::vector<std::string> labels = result.texts("labels");
  std::vector<Canvas> parts;
  for (std::int64_t begin = 0; begin < columns; begin += kColumns) {
    const std::int64_t end = std::min(begin + kColumns, columns);
    const std::int64_t rows = images.extent(0);
    Extents extents = images.extents();
    const std::int64_t image_size = extents[2] * extents[3] * extents[4];
    const Array flat = images.reshaped({rows * columns, image_size});
    std::vector<std::int32_t> picks;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = begin; column < end; ++column) {
        picks.push_back(static_cast<std::int32_t>(row * columns + column));
      }
    }
    extents[1] = end - begin;
    ImageGrid grid;
    grid.images = flat.gather(picks).reshaped(extents);
    grid.row_labels = {"original", "rebuilt"};
    for (std::int64_t i = begin; i < end && i < static_cast<std::int64_t>(labels.size()); ++i) {
      grid.column_labels.push_back(labels[static_cast<std::size_t>(i)]);
    }
    grid.ink = ink;
    parts.push_back(compose(grid));
  }
  return {save_canvas(study, "original_reconstructed.png", stack(parts, 8),
                      "Test images and, below each, its reconstruction.")};
}

}  // namespace elbo
