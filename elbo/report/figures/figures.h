// The figures of a study, one source file each. Every function draws what the study's results allow
// into its figures/ folder and returns what it drew; nothing when the experiment wasn't run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elbo/report/canvas.h"
#include "elbo/report/study.h"

namespace elbo {

/// One picture: figures/FILE, its size on a page in CSS pixels, and what it shows, in words, for
/// those who can't see it.
struct Figure {
  std::string file;
  std::int64_t width = 0, height = 0;
  std::string description;
};
using Figures = std::vector<Figure>;

Figures draw_reconstruction(const Study& study);
/// The map of the latent means and the manifold that the decoder spans.
Figures draw_latent(const Study& study);
/// Images on the ways, and how fast they change there.
Figures draw_interpolation(const Study& study);
/// The error against the noise, and images.
Figures draw_robustness(const Study& study);
/// `name` is "anomaly" or another result of the same form, such as "anomaly_reverse".
Figures draw_anomaly(const Study& study, const std::string& name = "anomaly");
/// A dot for each class that was normal.
Figures draw_one_class(const Study& study);
Figures draw_conditional(const Study& study);
Figures draw_samples(const Study& study);
Figures draw_learning_curves(const Study& study);
/// The lower bound against the training examples seen, of results/aevb.json.
Figures draw_bounds(const Study& study);

/// Writes a composed picture, drawn at twice its size on the page.
Figure save_canvas(const Study& study, const std::string& file, const Canvas& canvas,
                   std::string description);
/// Writes NAME.png and NAME.svg of a plot; empty when gnuplot can't.
Figures save_plot(const Study& study, const std::string& name, int width, int height,
                  const std::string& script, std::string description);

}  // namespace elbo
