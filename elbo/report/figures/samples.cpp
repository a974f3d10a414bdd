// samples.png: images decoded from draws of the prior, a block a model.
#include "elbo/report/figures/figures.h"
#include "elbo/report/image_grid.h"

namespace elbo {

Figures draw_samples(const Study& study) {
  std::vector<Canvas> blocks;
  std::string names;
  for (const Record& model : study.result("samples").list("models")) {
    if (!model.has("images")) continue;
    ImageGrid grid;
    grid.images = study.images(model, "images", 5);
    grid.ink = shows_as_ink(grid.images);
    grid.title = model.text("name", "model");
    grid.max_scale = 3;
    names += (names.empty() ? "" : ", ") + grid.title;
    blocks.push_back(compose(grid));
  }
  if (blocks.empty()) return {};
  return {save_canvas(study, "samples.png", stack(blocks, 16),
                      "Images decoded from draws of the prior: " + names + ".")};
}

}  // namespace elbo
