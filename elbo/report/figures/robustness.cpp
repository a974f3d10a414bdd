// robustness.png: the error of reconstructions against the noise on the input, and
// robustness_images.png: examples of it.
#include <fmt/format.h>

#include <algorithm>

#include "elbo/report/figures/figures.h"
#include "elbo/report/gnuplot.h"
#include "elbo/report/image_grid.h"

namespace elbo {
namespace {

std::string curve_script(const std::vector<Record>& models) {
  std::string script =
      "set key maxrows 1 width -5\nset xlabel 'standard deviation σ of the added Gaussian noise "
      "(pixels in "
      "[0, 1])'\n"
      "set ylabel 'mean squared error to the clean image'\n";
  std::string plot;
  std::vector<std::vector<double>> noise;
  std::vector<double> errors;
  double widest = 1e-3;
  for (std::size_t i = 0; i < models.size(); ++i) {
    std::vector<std::vector<double>> rows;
    for (const Record& point : models[i].list("curve")) {
      const auto sigma = point.number("sigma"), mse = point.number("mse");
      if (sigma && mse && *mse > 0) {
        rows.push_back({*sigma, *mse});
        errors.push_back(*mse);
        widest = std::max(widest, *sigma);
      }
      if (const auto input = point.number("input_mse"); i == 0 && sigma && input && *input > 0) {
        noise.push_back({*sigma, *input});
        errors.push_back(*input);
      }
    }
    if (rows.empty()) continue;
    script += gnuplot::data_block(fmt::format("model{}", i), rows);
    plot += fmt::format(
        "{}$model{} with linespoints linewidth 1.8 pointtype {} pointsize 0.8 linecolor rgb '{}' "
        "title {}",
        plot.empty() ? "plot " : ", ", i, gnuplot::class_marker(i), gnuplot::series_colour(i),
        gnuplot::literal(models[i].text("name", "model") + " model"));
  }
  if (plot.empty()) return {};
  if (!noise.empty()) {
    script += gnuplot::data_block("noise", noise);
    plot +=
        ", $noise with lines dashtype 2 linewidth 1.4 linecolor rgb '#777777' "
        "title 'the noisy image itself'";
  }
  const auto [low, high] = std::minmax_element(errors.begin(), errors.end());
  script += fmt::format("set yrange [{:.4g}:{:.4g}]\nset xrange [{:.4g}:{:.4g}]\n", *low / 1.3,
                        *high * 1.3, -0.03 * widest, 1.03 * widest);
  script += gnuplot::logarithmic_tics('y', *low / 1.3, *high * 1.3);
  return script + plot + "\n";
}

}  // namespace

Figures draw_robustness(const Study& study) {
  const Record result = study.result("robustness");
  Figures figures;
  if (const std::string script = curve_script(result.list("models")); !script.empty()) {
    figures = save_plot(study, "robustness", 720, 400, script,
                        "Reconstruction error against the noise on the input, one line a model.");
  }
  if (result.has("images")) {
    ImageGrid grid;
    grid.images = study.images(result, "images", 5);
    // The first row is clean; noise would hide that the images lie on black.
    grid.ink = shows_as_ink(grid.images.slice(0, 1));
    grid.row_labels = result.texts("image_rows");
    grid.max_scale = 4;
    // The clean row, then three rows for each strength of noise.
    for (std::int64_t row = 1; row < grid.images.extent(0); row += 3) {
      grid.group_starts.push_back(row);
    }
    figures.push_back(save_canvas(study, "robustness_images.png", compose(grid),
                                  "Clean images, the same with noise, and reconstructions."));
  }
  return figures;
}

}  // namespace elbo
