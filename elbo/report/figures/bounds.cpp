// lower_bound.png: the evidence lower bound on training and test images against the number of
// training images looked at, a panel for each size of the code.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "elbo/report/aevb.h"
#include "elbo/report/figures/figures.h"
#include "elbo/report/format.h"
#include "elbo/report/gnuplot.h"

namespace elbo {
namespace {

constexpr std::size_t kMaxPanels = 12, kColumns = 3;
/// Curves of very early training would flatten the rest.
constexpr double kMostNatsBelowBest = 75;

struct Panel {
  double latent = 0;
  /// (millions of examples, bound on training images, on test images).
  std::vector<std::vector<double>> points;
};

std::vector<Panel> read_panels(const Record& result) {
  std::vector<Panel> panels;
  for (const Record& model : result.list("models")) {
    Panel panel{model.number("latent").value_or(0), {}};
    for (const Record& point : model.list("curve")) {
      const double examples = point.number("examples").value_or(0);
      if (!(examples > 0) || !std::isfinite(examples)) continue;
      panel.points.push_back({examples / 1e6, point.number("train_elbo_nats").value_or(NAN),
                              point.number("test_elbo_nats").value_or(NAN)});
    }
    if (!panel.points.empty() && panels.size() < kMaxPanels) panels.push_back(std::move(panel));
  }
  return panels;
}

/// What all panels have in common, so that they can be compared.
struct Axes {
  double first = INFINITY, last = 0, low = INFINITY, high = -INFINITY;
};

Axes common_axes(const std::vector<Panel>& panels, bool with_published) {
  Axes axes;
  if (with_published) axes.low = axes.high = kPublishedBound;
  for (const Panel& panel : panels) {
    for (const std::vector<double>& point : panel.points) {
      axes.first = std::min(axes.first, point[0]);
      axes.last = std::max(axes.last, point[0]);
      for (const double bound : {point[1], point[2]}) {
        if (!std::isfinite(bound)) continue;
        axes.low = std::min(axes.low, bound);
        axes.high = std::max(axes.high, bound);
      }
    }
  }
  axes.low = std::max(axes.low, axes.high - kMostNatsBelowBest);
  const double margin = 0.06 * (axes.high - axes.low) + 0.5;
  axes.low -= margin;
  axes.high += margin;
  axes.first /= 1.15;
  axes.last *= 1.15;
  return axes;
}

constexpr const char* kPublishedStyle =
    "with lines dashtype 2 linewidth 1.4 linecolor rgb '#777777'";

std::string style_of(bool is_train) {
  return fmt::format(
      "with linespoints linewidth 1.6 dashtype {} pointtype {} pointsize 0.55 linecolor rgb '{}'",
      is_train ? 1 : 2, is_train ? 7 : 5, gnuplot::series_colour(is_train ? 0 : 1));
}

std::string panel_script(const Panel& panel, std::size_t index, bool with_published) {
  std::string script = gnuplot::data_block(fmt::format("bound{}", index), panel.points);
  script += fmt::format("set title {} offset 0,-0.5\nplot ",
                        gnuplot::literal(fmt::format("{:g} latents", panel.latent)));
  if (with_published && panel.latent == kPublishedLatents) {
    script += fmt::format("{} {}, ", kPublishedBound, kPublishedStyle);
  }
  return script + fmt::format("$bound{0} using 1:2 {1}, $bound{0} using 1:3 {2}\n", index,
                              style_of(true), style_of(false));
}

std::string key_entries(bool with_published) {
  std::string key = fmt::format("2 {} title 'training images', 2 {} title 'test images'",
                                style_of(true), style_of(false));
  if (with_published) {
    key += fmt::format(", 2 {} title 'published: about −{:g}'", kPublishedStyle, -kPublishedBound);
  }
  return key;
}

}  // namespace

Figures draw_bounds(const Study& study) {
  const std::vector<Panel> panels = read_panels(study.result("aevb"));
  if (panels.empty()) return {};
  const bool with_published = study.is_of_mnist();
  const Axes axes = common_axes(panels, with_published);
  if (!(axes.low < axes.high)) return {};
  // Four make a square.
  const std::size_t columns = panels.size() == 4 ? 2 : std::min(panels.size(), kColumns);
  const std::size_t rows = (panels.size() + columns - 1) / columns;
  const int width = columns == 1 ? 520 : columns == 2 ? 760 : 960;
  const int height = static_cast<int>(rows) * 235 + 50;
  std::string script = gnuplot::begin_panels(rows, columns, width, height) +
                       fmt::format("set xrange [{:.6g}:{:.6g}]\nset yrange [{:.6g}:{:.6g}]\n",
                                   axes.first, axes.last, axes.low, axes.high) +
                       gnuplot::logarithmic_tics('x', axes.first, axes.last);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    script += i % columns == 0 ? "set ylabel 'lower bound (nats an image)'\n" : "unset ylabel\n";
    script += i + columns >= panels.size() ? "set xlabel 'training images seen (millions)'\n"
                                           : "unset xlabel\n";
    script += panel_script(panels[i], i, with_published);
  }
  return save_plot(study, "lower_bound", width, height,
                   script + gnuplot::end_panels(key_entries(with_published), height),
                   "The evidence lower bound on training and test images while it is trained, a "
                   "panel for each size of the code.");
}

}  // namespace elbo
