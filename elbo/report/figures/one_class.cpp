// one_class.png: for each class taken as normal, how well its detector tells the others from it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "elbo/report/figures/figures.h"
#include "elbo/report/format.h"
#include "elbo/report/gnuplot.h"

namespace elbo {
namespace {

std::optional<double> area_of(const Record& record, const std::string& score) {
  for (const Record& each : record.list("scores")) {
    if (each.text("name") == score) return each.number("auroc");
  }
  return std::nullopt;
}

/// The chosen score, then what it should be compared with: the bound that the models maximise.
std::vector<std::string> shown_scores(const Record& result) {
  std::vector<std::string> names{result.text("chosen")};
  if (names.front() != "negative_elbo" && area_of(result, "negative_elbo")) {
    names.emplace_back("negative_elbo");
  }
  return names;
}

/// A round number a little below the lowest area.
double axis_begin(double lowest) {
  const double step = lowest > 0.9 ? 0.02 : lowest > 0.75 ? 0.05 : 0.1;
  return std::max(0.0, std::floor(lowest / step - 0.25) * step);
}

}  // namespace

Figures draw_one_class(const Study& study) {
  const Record result = study.result("one_class");
  const std::vector<Record> classes = result.list("classes");
  if (classes.empty()) return {};
  const std::vector<std::string> scores = shown_scores(result);
  std::string tics, blocks, plot;
  double lowest = 1;
  for (std::size_t row = 0; row < classes.size(); ++row) {
    tics += fmt::format("{}{} {}", row == 0 ? "" : ", ",
                        gnuplot::literal(classes[row].label("class")), row);
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    std::vector<std::vector<double>> points;
    for (std::size_t row = 0; row < classes.size(); ++row) {
      const auto area = area_of(classes[row], scores[i]);
      if (!area) continue;
      points.push_back({*area, static_cast<double>(row)});
      lowest = std::min(lowest, *area);
    }
    if (points.empty()) continue;
    const auto mean = area_of(result, scores[i]);
    blocks += gnuplot::data_block(fmt::format("areas{}", i), points);
    // Filled and round, or hollow and square: told apart without colours.
    plot += fmt::format(
        "{}$areas{} with points pointtype {} pointsize 1.2 linewidth 1.6 linecolor "
        "rgb '{}' title {}",
        plot.empty() ? "plot " : ", ", i, i == 0 ? 7 : 4, gnuplot::series_colour(i),
        gnuplot::literal(spoken(scores[i]) + (mean ? fmt::format(", mean {:.3f}", *mean) : "")));
    if (mean) {
      blocks += fmt::format(
          "set arrow {} from {:.7g}, graph 0 to {:.7g}, graph 1 nohead back linewidth 1.2 dashtype "
          "2 linecolor rgb '{}'\n",
          i + 1, *mean, *mean, gnuplot::series_colour(i));
    }
  }
  if (plot.empty()) return {};
  const auto count = static_cast<double>(classes.size());
  const std::string script = fmt::format(
      "set xlabel 'AUROC'\nset ylabel 'normal class'\nset xrange [{:.3g}:1.002]\n"
      "set yrange [{:.3g}:-0.6]\nset ytics ({})\nset key maxrows 1\n",
      axis_begin(lowest), count - 0.4, tics);
  return save_plot(study, "one_class", 720, 130 + static_cast<int>(26 * std::min(count, 40.0)),
                   script + blocks + plot + "\n",
                   "For each class as the normal one, the area under the ROC curve against all "
                   "other classes; dashed lines are the means.");
}

}  // namespace elbo
