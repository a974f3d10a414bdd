// anomaly.png: how the scores of both sets are spread, and detections against false alarms;
// anomaly_extremes.png: the images that fooled the score most.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "elbo/report/figures/figures.h"
#include "elbo/report/figures/roc.h"
#include "elbo/report/format.h"
#include "elbo/report/gnuplot.h"
#include "elbo/report/image_grid.h"

namespace elbo {
namespace {

struct Score {
  Record record;
  std::string name;
  Array normal, anomalous;
};

std::vector<Score> read_scores(const Study& study, const Record& result) {
  std::vector<Score> scores;
  for (const Record& record : result.list("scores")) {
    if (!record.has("normal") || !record.has("anomalous")) continue;
    scores.push_back({record, record.text("name", "score"), study.numbers(record, "normal", 1),
                      study.numbers(record, "anomalous", 1)});
  }
  return scores;
}

/// "10⁵", as text.
std::string power_of_ten(int exponent) {
  static constexpr const char* kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) text += kDigits[digit - '0'];
  return text;
}

/// An axis that is linear around 0 and logarithmic on both sides, with tics at 0 and at decades.
std::string signed_logarithmic_axis(double width, double low, double high) {
  std::string tics = "'0' 0";
  for (int decade = static_cast<int>(std::ceil(std::log10(width)));
       std::pow(10, decade) <= std::max(high, -low); ++decade) {
    const double value = std::pow(10, decade);
    if (value <= high) tics += fmt::format(", '{}' {:.6g}", power_of_ten(decade), value);
    if (-value >= low) tics += fmt::format(", '−{}' {:.6g}", power_of_ten(decade), -value);
  }
  return fmt::format(
      "set nonlinear x via asinh(x/{0:.9g}) inverse {0:.9g}*sinh(x)\nset xtics ({1})\n", width,
      tics);
}

/// Of the highest bar, above which the threshold's name has its place.
constexpr double kHeadRoom = 1.15;

std::string histogram_panel(const Record& result, const Score& score) {
  const Histogram histogram =
      paired_histogram(score.normal.values<float>(), score.anomalous.values<float>());
  const double low = histogram.bins.front()[0], high = histogram.bins.back()[1];
  // Steps: both edges of each bin at its height.
  std::vector<std::vector<double>> outline;
  double highest = 0;
  for (const auto& bin : histogram.bins) {
    highest = std::max({highest, 100 * bin[2], 100 * bin[3]});
    outline.push_back({bin[0], 100 * bin[2], 100 * bin[3]});
    outline.push_back({bin[1], 100 * bin[2], 100 * bin[3]});
  }
  std::string script = gnuplot::data_block("histogram", outline);
  std::string unit = score.record.text("unit");
  if (!unit.empty()) unit = " (" + unit + ")";
  script += fmt::format(
      "set xlabel {}\nset ylabel 'images in a bin (%)'\nset key maxrows 1\n"
      "set yrange [0:{:.6g}]\nset xrange [{:.6g}:{:.6g}]\n",
      gnuplot::literal(spoken(score.name) + unit), kHeadRoom * std::max(highest, 1e-9), low, high);
  if (histogram.logarithmic) script += gnuplot::logarithmic_tics('x', low, high);
  if (histogram.linear_width > 0) {
    script += signed_logarithmic_axis(histogram.linear_width, low, high);
  } else if (!histogram.logarithmic) {
    script += fmt::format("set xtics {:.6g}\n", gnuplot::tic_step(high - low));
  }
  if (const auto threshold = score.record.number("threshold")) {
    script += fmt::format(
        "set arrow 1 from {0:.7g}, graph 0 to {0:.7g}, graph 1 nohead front linewidth 1.2 "
        "dashtype 2 linecolor rgb '#222222'\n"
        "set label 1 'threshold' at {0:.7g}, graph 0.95 offset 0.7,0 front\n",
        *threshold);
  }
  return script +
         fmt::format(
             "plot $histogram using 1:2 with filledcurves y1=0 fillcolor rgb '#50{0}' title {2}, "
             "$histogram using 1:3 with filledcurves y1=0 fillcolor rgb '#50{1}' title {3}, "
             "$histogram using 1:2 with lines linewidth 0.8 linecolor rgb '#{0}', "
             "$histogram using 1:3 with lines linewidth 0.8 linecolor rgb '#{1}'\n"
             "unset arrow 1\nunset label 1\nunset logscale\nunset nonlinear x\nset xtics "
             "autofreq\n",
             gnuplot::series_colour(0).substr(1), gnuplot::series_colour(1).substr(1),
             gnuplot::literal(set_name(result.text("normal", "normal"))),
             gnuplot::literal(set_name(result.text("anomalous", "anomalous"))));
}

/// Where the logarithmic axis of false alarms begins: at the decade of one alarm in the whole set.
double smallest_rate(const std::vector<Score>& scores) {
  std::int64_t count = 10;
  for (const Score& score : scores) count = std::max(count, score.normal.size());
  return std::pow(10.0, std::floor(std::log10(1.0 / static_cast<double>(count)) + 1e-9));
}

/// The best first, as the key lists them.
std::vector<const Score*> by_area(const std::vector<Score>& scores) {
  std::vector<const Score*> order;
  for (const Score& score : scores) order.push_back(&score);
  std::stable_sort(order.begin(), order.end(), [](const Score* a, const Score* b) {
    return a->record.number("auroc").value_or(0) > b->record.number("auroc").value_or(0);
  });
  return order;
}

/// How a curve of the given rank is drawn: curves differ in their dashes as well as in their
/// colours, and the chosen score's is thick.
std::string curve_style(std::size_t rank, bool chosen) {
  constexpr std::size_t kSolid = 4;
  return fmt::format("linewidth {} dashtype {} linecolor rgb '{}'", chosen ? 3 : 1.5,
                     rank < kSolid ? 1 : rank - kSolid + 2, gnuplot::series_colour(rank));
}

/// Detections against false alarms, these on a logarithmic axis: useful rates are small. The key
/// stands beside the curves, so that however many there are it hides none.
std::string roc_panel(const std::vector<Score>& scores, const Score& chosen) {
  const double left = smallest_rate(scores);
  double lowest = 1;
  std::string script, plot;
  std::size_t rank = 0;
  for (const Score* score : by_area(scores)) {
    std::vector<std::vector<double>> shown;
    for (const auto& point :
         roc_curve(score->normal.values<float>(), score->anomalous.values<float>())) {
      const double rate = 100 * std::max(point[0], left);
      // Of what lies left of the axis only the last point is shown, on it.
      if (!shown.empty() && point[0] <= left) shown.pop_back();
      shown.push_back({rate, 100 * point[1]});
    }
    lowest = std::min(lowest, shown.front()[1] / 100);
    script += gnuplot::data_block(fmt::format("roc{}", rank), shown);
    const auto auroc = score->record.number("auroc");
    const std::string name = spoken(score->name);
    plot += fmt::format("{}$roc{} with steps {} title {}", plot.empty() ? "plot " : ", ", rank,
                        curve_style(rank, score == &chosen),
                        gnuplot::literal(auroc ? fmt::format("{:.4f}  {}", *auroc, name) : name));
    ++rank;
  }
  const double bottom = std::min(std::floor(20 * lowest) / 20, 0.95);
  return script + gnuplot::logarithmic_tics('x', 100 * left, 100, " %") +
         fmt::format(
             "set xlabel 'false alarms'\nset ylabel 'anomalies found (%)'\n"
             "set xrange [{:.6g}:100]\nset yrange [{:.6g}:{:.6g}]\n"
             "set key outside right center vertical maxrows auto width -6 title 'AUROC' left\n",
             100 * left, 100 * bottom, 100 + 2 * (1 - bottom)) +
         plot + "\n";
}

Figures draw_extremes(const Study& study, const Record& result, const std::string& name) {
  std::vector<Canvas> blocks;
  const auto add = [&](const char* key, const std::string& title) {
    if (!result.has(key)) return;
    const Array images = study.images(result, key, 4);
    Extents extents = images.extents();
    extents.insert(extents.begin(), 1);
    constexpr std::int64_t kMaxColumns = 12;
    ImageGrid grid;
    grid.images = images.slice(0, std::min(kMaxColumns, images.extent(0))).reshaped([&] {
      extents[1] = std::min(kMaxColumns, images.extent(0));
      return extents;
    }());
    grid.ink = shows_as_ink(grid.images);
    grid.title = title;
    blocks.push_back(compose(grid));
  };
  add("most_anomalous_normal",
      "The most anomalous of " + set_name(result.text("normal", "the normal set")));
  add("most_normal_anomalous",
      "The most normal of " + set_name(result.text("anomalous", "the anomalous set")));
  if (blocks.empty()) return {};
  return {save_canvas(study, name + "_extremes.png", stack(blocks, 8),
                      "Normal images with the highest scores and anomalous ones with the lowest.")};
}

}  // namespace

Figures draw_anomaly(const Study& study, const std::string& name) {
  const Record result = study.result(name);
  const std::vector<Score> scores = read_scores(study, result);
  Figures figures;
  if (!scores.empty()) {
    const std::string chosen = result.text("chosen", scores.front().name);
    auto shown = std::find_if(scores.begin(), scores.end(),
                              [&](const Score& score) { return score.name == chosen; });
    if (shown == scores.end()) shown = scores.begin();
    figures =
        save_plot(study, name, 1100, 380,
                  "set multiplot\nset origin 0,0\nset size 0.42,1\n" +
                      histogram_panel(result, *shown) + "set origin 0.42,0\nset size 0.58,1\n" +
                      roc_panel(scores, *shown) + "unset multiplot\n",
                  "Left: scores of both sets with the threshold. Right: anomalies found "
                  "against false alarms.");
  }
  for (Figure& figure : draw_extremes(study, result, name)) figures.push_back(std::move(figure));
  return figures;
}

}  // namespace elbo
