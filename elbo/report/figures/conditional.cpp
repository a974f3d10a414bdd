// conditional.png: samples for each asked class, a row a class.
#include "elbo/report/figures/figures.h"
#include "elbo/report/format.h"
#include "elbo/report/image_grid.h"

namespace elbo {

Figures draw_conditional(const Study& study) {
  const Record result = study.result("conditional");
  if (!result.has("images")) return {};
  ImageGrid grid;
  grid.images = study.images(result, "images", 5);
  grid.ink = shows_as_ink(grid.images);
  grid.max_scale = 4;
  grid.row_labels = result.texts("class_names");
  for (const double accuracy : result.numbers("per_class_accuracy")) {
    grid.row_notes.push_back(percent(accuracy, 1));
  }
  return {save_canvas(study, "conditional.png", compose(grid),
                      "Generated images, a row for each class that was asked for.")};
}

}  // namespace elbo
