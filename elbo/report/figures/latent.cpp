// latent_visualization.png: where the encoder puts each test image in two dimensions, and
// latent_manifold.png: what the decoder makes of a regular grid of that plane.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "elbo/report/figures/figures.h"
#include "elbo/report/gnuplot.h"
#include "elbo/report/image_grid.h"

namespace elbo {
namespace {

constexpr std::int64_t kMaxPoints = 10000;
constexpr std::size_t kMaxClasses = 100;

struct Cloud {
  std::string name;
  std::vector<std::vector<double>> points;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The points of each class, thinned evenly when there are more than a picture can show.
std::vector<Cloud> clouds_by_class(const Study& study, const Record& result) {
  const Array means = study.numbers(result, "means", 2);
  if (means.extent(1) != 2) {
    result.fail(fmt::format("/means: expected shape (M, 2), found {}", to_string(means.extents())));
  }
  const auto z = means.values<float>();
  const std::int64_t count = means.extent(0);
  std::vector<Cloud> clouds;
  for (const std::string& name : result.texts("class_names")) clouds.push_back({name, {}});
  Array labels(DType::f32, {count});
  if (result.has("labels")) labels = study.numbers(result, "labels", 1);
  if (labels.extent(0) != count) {
    result.fail(fmt::format("/labels: expected {} labels, found {}", count, labels.extent(0)));
  }
  const std::int64_t step = (count + kMaxPoints - 1) / kMaxPoints;
  for (std::int64_t i = 0; i < count; i += step) {
    const double label = labels.values<float>()[static_cast<std::size_t>(i)];
    if (!(label >= 0 && label < static_cast<double>(kMaxClasses))) {
      result.fail(
          fmt::format("/labels: expected labels from 0 to {}, found {}", kMaxClasses - 1, label));
    }
    const auto index = static_cast<std::size_t>(label);
    while (clouds.size() <= index) clouds.push_back({std::to_string(clouds.size()), {}});
    const auto at = static_cast<std::size_t>(2 * i);
    if (std::isfinite(z[at]) && std::isfinite(z[at + 1])) {
      clouds[index].points.push_back({z[at], z[at + 1]});
    }
  }
  std::erase_if(clouds, [](const Cloud& cloud) { return cloud.points.empty(); });
  return clouds;
}

/// The axis that shows all but the outermost thousandth of the points, the same in both directions.
double reach(const std::vector<Cloud>& clouds) {
  std::vector<double> sizes = {0.5};
  for (const Cloud& cloud : clouds) {
    for (const auto& point : cloud.points) {
      sizes.push_back(std::max(std::abs(point[0]), std::abs(point[1])));
    }
  }
  const auto rank = static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), sizes.begin() + rank, sizes.end());
  return std::ceil(sizes[static_cast<std::size_t>(rank)] * 2.1) / 2;
}

using Places = std::vector<std::array<double, 2>>;

/// Where the name of each cloud goes: its middle, moved until no two are closer than `distance`, or
/// nearly so where it is crowded.
Places name_places(const std::vector<Cloud>& clouds, double distance) {
  Places places;
  for (const Cloud& cloud : clouds) {
    std::vector<double> x, y;
    for (const auto& point : cloud.points) {
      x.push_back(point[0]);
      y.push_back(point[1]);
    }
    places.push_back({median(x), median(y)});
  }
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double x = places[i][0] - places[j][0], y = places[i][1] - places[j][1];
        const double apart = std::hypot(x, y), lacking = distance - apart;
        if (lacking <= 0) continue;
        const double to_x = apart > 0 ? x / apart : 1, to_y = apart > 0 ? y / apart : 0;
        places[i] = {places[i][0] + to_x * lacking / 2, places[i][1] + to_y * lacking / 2};
        places[j] = {places[j][0] - to_x * lacking / 2, places[j][1] - to_y * lacking / 2};
      }
    }
  }
  return places;
}

std::string scatter_script(const std::vector<Cloud>& clouds) {
  const double limit = reach(clouds);
  std::string script = fmt::format(
      "set size ratio 1\nset xrange [{0}:{1}]\nset yrange [{0}:{1}]\n"
      "set xlabel 'latent coordinate 1 (standard deviations of the prior)'\n"
      "set ylabel 'latent coordinate 2'\n"
      "set key outside right center vertical samplen 0.8 spacing 1.3\n",
      -limit, limit);
  const Places names = name_places(clouds, 0.075 * limit);
  std::string plot, labels;
  for (std::size_t i = 0; i < clouds.size(); ++i) {
    const Cloud& cloud = clouds[i];
    const std::string block = fmt::format("class{}", i);
    script += gnuplot::data_block(block, cloud.points);
    const std::string colour = gnuplot::class_colour(i);
    const int marker = gnuplot::class_marker(i);
    // Half transparent, so that the density shows; the key's entry is solid and larger.
    plot += fmt::format(
        "{}${} using 1:2 with points pointtype {} pointsize 0.32 linecolor rgb '#60{}', "
        "NaN with points pointtype {} pointsize 1.1 linecolor rgb '{}' title {}",
        plot.empty() ? "plot " : ", ", block, marker, colour.substr(1), marker, colour,
        gnuplot::literal(cloud.name));
    // Colours alone don't tell ten classes apart: each cloud carries its name in its middle.
    labels +=
        fmt::format("set label {} {} at {:.5g},{:.5g} center front textcolor rgb '#111111' boxed\n",
                    i + 1, gnuplot::literal(cloud.name), names[i][0], names[i][1]);
  }
  return script + "set style textbox opaque noborder fillcolor rgb '#30ffffff' margins 0.4,0.4\n" +
         labels + plot + "\n";
}

Figures draw_manifold(const Study& study, const Record& result) {
  ImageGrid grid;
  grid.images = study.images(result, "manifold", 5);
  grid.ink = shows_as_ink(grid.images);
  grid.gap = 0;
  grid.target_width = 1240;
  std::string low = "low", high = "high";
  if (const auto range = result.numbers("manifold_quantile_range"); range.size() == 2) {
    low = fmt::format("{:.4g}", range[0]);
    high = fmt::format("{:.4g}", range[1]);
  }
  grid.x_caption = fmt::format("coordinate 1, quantiles {} to {} of the prior →", low, high);
  grid.y_caption = fmt::format("coordinate 2, quantiles {} to {} →", low, high);
  return {save_canvas(study, "latent_manifold.png", compose(grid),
                      "Images decoded from a regular grid over the latent plane.")};
}

}  // namespace

Figures draw_latent(const Study& study) {
  const Record result = study.result("latent");
  Figures figures;
  if (result.has("means")) {
    const std::vector<Cloud> clouds = clouds_by_class(study, result);
    if (!clouds.empty()) {
      figures = save_plot(study, "latent_visualization", 680, 590, scatter_script(clouds),
                          "Test images as points in the latent plane, coloured by class.");
    }
  }
  if (result.has("manifold")) {
    for (Figure& figure : draw_manifold(study, result)) figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace elbo
