// What all figures share: putting a picture into the study's figures/ folder.
#include "elbo/base/file.h"
#include "elbo/report/figures/figures.h"
#include "elbo/report/gnuplot.h"

namespace elbo {

Figure save_canvas(const Study& study, const std::string& file, const Canvas& canvas,
                   std::string description) {
  make_directory(study.figures());
  canvas.write(study.figures() / file);
  return {file, (canvas.width() + 1) / 2, (canvas.height() + 1) / 2, std::move(description)};
}

Figures save_plot(const Study& study, const std::string& name, int width, int height,
                  const std::string& script, std::string description) {
  if (!gnuplot::write_plot(study.figures(), name, width, height, script)) return {};
  return {{name + ".png", width, height, std::move(description)}};
}

}  // namespace elbo
