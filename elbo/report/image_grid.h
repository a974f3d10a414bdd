// A table of images with labels, as one picture: the layout that all image figures share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/report/canvas.h"
#include "elbo/tensor/array.h"

namespace elbo {

struct ImageGrid {
  /// (rows, columns, H, W, C), u8, C being 1 or 3.
  Array images;
  /// Labels beside rows (left; notes right, in grey) and above columns; empty lists or fewer
  /// entries than rows and columns are fine.
  std::vector<std::string> row_labels, row_notes, column_labels;
  /// Names of the two axes, below and at the left, upwards.
  std::string x_caption, y_caption;
  std::string title;
  /// Dark on white instead of white on black (shows_as_ink).
  bool ink = false;
  /// The whole picture is about this wide, in pixels: images grow by whole factors to fill it.
  std::int64_t target_width = 1600;
  std::int64_t max_scale = 5;
  /// Rows that begin a new group, ascending; the first row needs no mention.
  std::vector<std::int64_t> group_starts;
  /// Pixels between images and between groups of rows.
  std::int64_t gap = 6, group_gap = 28;
  float text_size = 27;
};

/// True when one-channel images lie mostly on black, as written digits do: on paper they are shown
/// as ink, with their brightness turned around. One look at the data decides for a whole figure.
bool shows_as_ink(const Array& images);

Canvas compose(const ImageGrid& grid);

/// Pictures below one another, at the left.
Canvas stack(const std::vector<Canvas>& canvases, std::int64_t gap);

}  // namespace elbo
