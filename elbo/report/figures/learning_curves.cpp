// learning_curves.png: the bound of each model over its training, on training and validation data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "elbo/report/figures/figures.h"
#include "elbo/report/format.h"
#include "elbo/report/gnuplot.h"

namespace elbo {
namespace {

constexpr std::size_t kMaxPanels = 12;

/// The first epochs lie far below the rest and would flatten it: the axis begins at the value that
/// nine in ten epochs are above.
std::pair<double, double> axis_range(const TrainingLog& log) {
  std::vector<double> values;
  for (const Epoch& epoch : log.epochs) {
    for (const auto& value : {epoch.train_elbo_nats, epoch.validation_elbo_nats}) {
      if (value && std::isfinite(*value)) values.push_back(*value);
    }
  }
  if (values.empty()) return {0, 0};
  std::sort(values.begin(), values.end());
  const double low = values[values.size() / 10], high = values.back();
  const double margin = std::max(0.08 * (high - low), 1e-3 * std::abs(high) + 1e-6);
  return {low - margin, high + margin};
}

std::string panel(const TrainingLog& log, std::size_t index, bool key) {
  std::vector<std::vector<double>> rows;
  for (const Epoch& epoch : log.epochs) {
    rows.push_back({epoch.epoch, epoch.train_elbo_nats.value_or(NAN),
                    epoch.validation_elbo_nats.value_or(NAN)});
  }
  const auto [low, high] = axis_range(log);
  // Epochs without a validation are left out of its line, which would break there.
  std::vector<std::vector<double>> validated;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(validated),
               [](const auto& row) { return std::isfinite(row[2]); });
  if (validated.empty()) validated = rows;
  std::string script = gnuplot::data_block(fmt::format("log{}", index), rows) +
                       gnuplot::data_block(fmt::format("validated{}", index), validated);
  script += fmt::format("set title {} offset 0,-0.4\nset yrange [{:.6g}:{:.6g}]\n",
                        gnuplot::literal(spoken(log.name)), low, high);
  script += fmt::format("set xtics {:g}\n", std::max(1.0, gnuplot::tic_step(rows.back()[0])));
  script += key ? "set key inside bottom right vertical\n" : "unset key\n";
  // A single epoch is a point, not a line.
  const char* style = rows.size() > 1 ? "lines linewidth 1.6" : "points pointtype 7";
  return script + fmt::format(
                      "plot $log{0} using 1:2 with {1} linecolor rgb '{2}' title 'training', "
                      "$validated{0} using 1:3 with {1} linecolor rgb '{3}' title 'validation'\n",
                      index, style, gnuplot::series_colour(0), gnuplot::series_colour(1));
}

}  // namespace

Figures draw_learning_curves(const Study& study) {
  std::vector<TrainingLog> logs = study.training_logs();
  std::erase_if(logs, [](const TrainingLog& log) {
    const auto [low, high] = axis_range(log);
    return !(low < high);
  });
  if (logs.size() > kMaxPanels) logs.resize(kMaxPanels);
  if (logs.empty()) return {};
  const std::size_t columns = std::min<std::size_t>(logs.size(), 3);
  const std::size_t rows = (logs.size() + columns - 1) / columns;
  std::string script = fmt::format(
      "set multiplot layout {},{}\nset lmargin 10.5\nset xlabel 'epoch'\n", rows, columns);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    script +=
        i % columns == 0 ? "set ylabel 'ELBO (nats an image)' offset 0.3,0\n" : "unset ylabel\n";
    script += panel(logs[i], i, i == 0);
  }
  script += "unset multiplot\n";
  const int width = columns == 1 ? 520 : columns == 2 ? 760 : 960;
  return save_plot(study, "learning_curves", width, static_cast<int>(rows) * 270, script,
                   "The evidence lower bound over the epochs of training, a panel a model.");
}

}  // namespace elbo
