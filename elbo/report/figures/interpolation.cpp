// interpolation.png: one image turning into another along straight lines, great circles and
// geodesics of the latent space, with the length of each way and the classifier's doubt on it;
// interpolation_steps.png: how fast the image changes along each way.
#include <fmt/format.h>

#include <algorithm>

#include "elbo/report/figures/figures.h"
#include "elbo/report/format.h"
#include "elbo/report/gnuplot.h"
#include "elbo/report/image_grid.h"

namespace elbo {
namespace {

constexpr std::size_t kMaxPanels = 8;

std::string ends_of(const Record& row) {
  return row.label("from") + " → " + row.label("to");
}

/// The rows between the same two images, which follow one another.
std::vector<std::vector<Record>> rows_by_pair(const std::vector<Record>& rows) {
  std::vector<std::vector<Record>> pairs;
  for (const Record& row : rows) {
    if (pairs.empty() || ends_of(pairs.back().front()) != ends_of(row)) pairs.emplace_back();
    pairs.back().push_back(row);
  }
  return pairs;
}

Figures draw_images(const Study& study, const Record& result) {
  ImageGrid grid;
  grid.images = study.images(result, "images", 5);
  grid.ink = shows_as_ink(grid.images);
  grid.max_scale = 4;
  for (const std::vector<Record>& pair : rows_by_pair(result.list("rows"))) {
    if (!grid.row_labels.empty()) {
      grid.group_starts.push_back(static_cast<std::int64_t>(grid.row_labels.size()));
    }
    for (const Record& row : pair) {
      grid.row_labels.push_back(ends_of(row) + ", " + row.text("kind"));
      // Of the finely divided curve; older results have the length between the frames alone.
      const auto length = row.has("length") ? row.number("length") : row.number("path_length");
      std::string note;
      if (length) note = "length " + significant(*length);
      if (const auto dip = row.number("confidence_dip")) {
        note += (note.empty() ? "" : ", ") + ("dip " + percent(*dip, 0));
      }
      grid.row_notes.push_back(note);
    }
  }
  return {save_canvas(study, "interpolation.png", compose(grid),
                      "Images along the way from one code to another, a row each way.")};
}

/// How the ways of a pair are drawn, in the order of their rows.
std::string style_of_way(std::size_t k) {
  static constexpr int kDashes[] = {2, 4, 1};
  return fmt::format("with lines linewidth 1.8 dashtype {} linecolor rgb '{}'", kDashes[k % 3],
                     gnuplot::series_colour(k));
}

/// A panel's curves: step lengths over the middle of each step, t in [0, 1].
std::string panel(const std::vector<Record>& pair, std::size_t index) {
  std::string script =
      fmt::format("set title {} offset 0,-0.5\n", gnuplot::literal(ends_of(pair.front())));
  std::string plot;
  for (std::size_t k = 0; k < pair.size(); ++k) {
    const std::vector<double> steps = pair[k].numbers("curve_step_lengths");
    std::vector<std::vector<double>> points;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      points.push_back(
          {(static_cast<double>(i) + 0.5) / static_cast<double>(steps.size()), steps[i]});
    }
    if (points.empty()) continue;
    const std::string block = fmt::format("way{}_{}", index, k);
    script += gnuplot::data_block(block, points);
    plot += fmt::format("{}${} {}", plot.empty() ? "plot " : ", ", block, style_of_way(k));
  }
  return plot.empty() ? "set multiplot next\n" : script + plot + "\n";
}

Figures draw_steps(const Study& study, const std::vector<std::vector<Record>>& pairs) {
  double highest = 0;
  for (const auto& pair : pairs) {
    for (const Record& row : pair) {
      for (const double step : row.numbers("curve_step_lengths")) highest = std::max(highest, step);
    }
  }
  if (!(highest > 0)) return {};
  const std::size_t count = std::min(pairs.size(), kMaxPanels);
  const std::size_t columns = std::min<std::size_t>(count, 2),
                    rows = (count + columns - 1) / columns;
  const int width = columns == 1 ? 520 : 860, height = static_cast<int>(rows) * 235 + 50;
  std::string script =
      gnuplot::begin_panels(rows, columns, width, height) + "set xrange [0:1]\nset xtics 0.2\n";
  script += fmt::format("set yrange [0:{:.4g}]\n", 1.06 * highest);
  for (std::size_t i = 0; i < count; ++i) {
    script += i % columns == 0 ? "set ylabel 'step in image space (L2)'\n" : "unset ylabel\n";
    script += i + columns >= count ? "set xlabel 'position t on the way'\n" : "unset xlabel\n";
    script += panel(pairs[i], i);
  }
  std::string key;
  for (std::size_t k = 0; k < pairs.front().size(); ++k) {
    key += fmt::format("{}2 {} title {}", k == 0 ? "" : ", ", style_of_way(k),
                       gnuplot::literal(pairs.front()[k].text("kind", "way")));
  }
  return save_plot(study, "interpolation_steps", width, height,
                   script + gnuplot::end_panels(key, height),
                   "How far the image moves with each small step of the way, one line a way, a "
                   "panel a pair of images.");
}

}  // namespace

Figures draw_interpolation(const Study& study) {
  const Record result = study.result("interpolation");
  Figures figures;
  if (result.has("images")) figures = draw_images(study, result);
  for (Figure& figure : draw_steps(study, rows_by_pair(result.list("rows")))) {
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace elbo
