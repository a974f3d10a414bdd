// samples.png: images decoded from draws of the prior, a block a model.
#include "elbo/report/figures/figures.h"
#include "elbo/report/image_grid.h"

namespace elbo {

Figures draw_samples(const Study& study) {
  std::vector<ImageGrid> grids;
  std::string names;
  bool ink = false;
  for (const Record& model : study.result("samples").list("models")) {
    if (!model.has("images")) continue;
    ImageGrid& grid = grids.emplace_back();
    grid.images = study.images(model, "images", 5);
    grid.title = model.text("name", "model");
    grid.max_scale = 3;
    names += (names.empty() ? "" : ", ") + grid.title;
    // A model that has hardly begun draws bright backgrounds: one that knows the data speaks for
    // all.
    ink = ink || shows_as_ink(grid.images);
  }
  if (grids.empty()) return {};
  std::vector<Canvas> blocks;
  for (ImageGrid& grid : grids) {
    grid.ink = ink;
    blocks.push_back(compose(grid));
  }
  return {save_canvas(study, "samples.png", stack(blocks, 16),
                      "Images decoded from draws of the prior: " + names + ".")};
}

}  // namespace elbo
