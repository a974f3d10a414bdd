#include "elbo/report/image_grid.h"

#include <algorithm>
#include <cmath>

#include "elbo/base/check.h"
#include "elbo/report/stroke_font.h"

namespace elbo {
namespace {

constexpr std::int64_t kMargin = 12;
constexpr std::size_t kMaxLabelBytes = 60;

/// Labels come from files: a very long one must not make the figure absurdly wide.
std::string shortened(const std::string& label) {
  if (label.size() <= kMaxLabelBytes) return label;
  std::size_t end = kMaxLabelBytes - 3;
  while (end > 0 && (static_cast<unsigned char>(label[end]) & 0xc0) == 0x80) --end;
  return label.substr(0, end) + "...";
}

std::vector<std::string> shortened(std::vector<std::string> labels, std::int64_t count) {
  labels.resize(std::min(labels.size(), static_cast<std::size_t>(count)));
  for (std::string& label : labels) label = shortened(label);
  return labels;
}

/// Room that the longest label needs, with a space to the images; 0 when there is none.
std::int64_t room_for(const std::vector<std::string>& labels, float size) {
  float widest = 0;
  for (const std::string& label : labels) widest = std::max(widest, text_width(label, size));
  return widest > 0 ? std::lround(std::ceil(widest + size * 0.6f)) : 0;
}

/// Where everything goes, in pixels.
struct Layout {
  std::int64_t rows, columns, height, width, channels, scale;
  std::int64_t left, top, right, bottom;
  std::int64_t gap, group_gap;
  std::vector<std::int64_t> group_starts;

  std::int64_t groups_before(std::int64_t row) const {
    return std::upper_bound(group_starts.begin(), group_starts.end(), row) - group_starts.begin();
  }
  std::int64_t x(std::int64_t column) const { return left + column * (width * scale + gap); }
  std::int64_t y(std::int64_t row) const {
    return top + row * (height * scale + gap) + groups_before(row) * (group_gap - gap);
  }
  std::int64_t x_end() const { return x(columns - 1) + width * scale; }
  std::int64_t y_end() const { return y(rows - 1) + height * scale; }
};

Layout lay_out(const ImageGrid& grid, const std::vector<std::string>& labels,
               const std::vector<std::string>& notes, const std::vector<std::string>& columns) {
  ELBO_ASSERT(grid.images.rank() == 5 && grid.images.dtype() == DType::u8);
  const auto line = static_cast<std::int64_t>(std::lround(grid.text_size * 1.5f));
  Layout layout{};
  layout.rows = grid.images.extent(0);
  layout.columns = grid.images.extent(1);
  layout.height = grid.images.extent(2);
  layout.width = grid.images.extent(3);
  layout.channels = grid.images.extent(4);
  layout.group_starts = grid.group_starts;
  layout.gap = grid.gap;
  layout.group_gap = grid.group_gap;
  layout.left = kMargin + room_for(labels, grid.text_size) + (grid.y_caption.empty() ? 0 : line);
  layout.right = kMargin + room_for(notes, grid.text_size);
  layout.top = kMargin + (grid.title.empty() ? 0 : line) + (columns.empty() ? 0 : line);
  layout.bottom = kMargin + (grid.x_caption.empty() ? 0 : line);
  const std::int64_t free =
      grid.target_width - layout.left - layout.right - (layout.columns - 1) * grid.gap;
  layout.scale =
      std::clamp<std::int64_t>(free / (layout.columns * layout.width), 1, grid.max_scale);
  return layout;
}

void draw_labels(Canvas& canvas, const ImageGrid& grid, const Layout& layout,
                 const std::vector<std::string>& labels, const std::vector<std::string>& notes,
                 const std::vector<std::string>& columns) {
  const float size = grid.text_size, space = size * 0.6f;
  for (std::int64_t row = 0; row < layout.rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    const float middle =
        static_cast<float>(layout.y(row)) + static_cast<float>(layout.height * layout.scale) / 2;
    const float baseline = middle + size * stroke_font::kCapHeight / 2;
    if (i < labels.size()) {
      canvas.draw_text(static_cast<float>(layout.left) - space, baseline, labels[i],
                       {.size = size, .align = Align::right});
    }
    if (i < notes.size()) {
      canvas.draw_text(static_cast<float>(layout.x_end()) + space, baseline, notes[i],
                       {.size = size, .colour = kMutedInk});
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto x = static_cast<float>(layout.x(static_cast<std::int64_t>(i))) +
                   static_cast<float>(layout.width * layout.scale) / 2;
    canvas.draw_text(x, static_cast<float>(layout.top) - size * 0.45f, columns[i],
                     {.size = size, .align = Align::centre});
  }
  const auto middle_x = static_cast<float>(layout.left + layout.x_end()) / 2;
  const auto middle_y = static_cast<float>(layout.top + layout.y_end()) / 2;
  canvas.draw_text(middle_x, static_cast<float>(layout.y_end()) + size * 1.2f,
                   shortened(grid.x_caption), {.size = size, .align = Align::centre});
  canvas.draw_text(static_cast<float>(kMargin) + size * 0.8f, middle_y, shortened(grid.y_caption),
                   {.size = size, .align = Align::centre, .upwards = true});
  canvas.draw_text(static_cast<float>(layout.left), static_cast<float>(kMargin) + size * 0.85f,
                   shortened(grid.title), {.size = size});
}

}  // namespace

bool shows_as_ink(const Array& images) {
  if (images.rank() == 0 || images.extent(images.rank() - 1) != 1) return false;
  const auto values = images.values<std::uint8_t>();
  const auto black = std::count_if(values.begin(), values.end(), [](auto v) { return v < 32; });
  return 2 * black > static_cast<std::ptrdiff_t>(values.size());
}

Canvas compose(const ImageGrid& grid) {
  const std::int64_t rows = grid.images.extent(0), columns = grid.images.extent(1);
  const std::vector<std::string> labels = shortened(grid.row_labels, rows);
  const std::vector<std::string> notes = shortened(grid.row_notes, rows);
  const std::vector<std::string> heads = shortened(grid.column_labels, columns);
  const Layout layout = lay_out(grid, labels, notes, heads);
  const auto title_width =
      static_cast<std::int64_t>(std::ceil(text_width(shortened(grid.title), grid.text_size)));
  const std::int64_t width =
      std::max(layout.x_end() + layout.right, layout.left + title_width + kMargin);
  Canvas canvas(width, layout.y_end() + layout.bottom);
  const Array cells =
      grid.images.reshaped({rows * columns, layout.height * layout.width * layout.channels});
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      canvas.draw_image(layout.x(column), layout.y(row),
                        cells.row<std::uint8_t>(row * columns + column), layout.height,
                        layout.width, layout.channels, layout.scale, grid.ink);
    }
  }
  draw_labels(canvas, grid, layout, labels, notes, heads);
  return canvas;
}

Canvas stack(const std::vector<Canvas>& canvases, std::int64_t gap) {
  ELBO_ASSERT(!canvases.empty());
  std::int64_t width = 0, height = -gap;
  for (const Canvas& canvas : canvases) {
    width = std::max(width, canvas.width());
    height += canvas.height() + gap;
  }
  Canvas result(width, height);
  std::int64_t y = 0;
  for (const Canvas& canvas : canvases) {
    result.draw_canvas(0, y, canvas);
    y += canvas.height() + gap;
  }
  return result;
}

}  // namespace elbo
