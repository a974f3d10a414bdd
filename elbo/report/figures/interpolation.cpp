// interpolation.png: one image turning into another along straight lines and great circles of the
// latent space, with the length of each way and the classifier's doubt on it.
#include "elbo/report/figures/figures.h"
#include "elbo/report/format.h"
#include "elbo/report/image_grid.h"

namespace elbo {

Figures draw_interpolation(const Study& study) {
  const Record result = study.result("interpolation");
  if (!result.has("images")) return {};
  ImageGrid grid;
  grid.images = study.images(result, "images", 5);
  grid.ink = shows_as_ink(grid.images);
  grid.max_scale = 4;
  const std::vector<Record> rows = result.list("rows");
  std::string previous;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Record& row = rows[i];
    const std::string ends = row.label("from") + " → " + row.label("to");
    grid.row_labels.push_back(ends + ", " + row.text("kind"));
    std::string note;
    if (const auto length = row.number("path_length")) note = "length " + significant(*length);
    if (const auto dip = row.number("confidence_dip")) {
      note += (note.empty() ? "" : ", ") + ("dip " + percent(*dip, 0));
    }
    grid.row_notes.push_back(note);
    // Rows between the same two images stand together.
    if (i > 0 && ends != previous) grid.group_starts.push_back(static_cast<std::int64_t>(i));
    previous = ends;
  }
  return {save_canvas(study, "interpolation.png", compose(grid),
                      "Images along the way from one code to another, a row each way.")};
}

}  // namespace elbo
