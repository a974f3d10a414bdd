// Interpolation: from one example to another through latent space, on a straight line, on a great
// circle and on a geodesic of the decoder, with measures of how smooth the way is.
#include <algorithm>
#include <optional>

#include "elbo/base/error.h"
#include "elbo/evaluate/geodesic.h"
#include "elbo/evaluate/latent_curve.h"
#include "elbo/experiments/examples.h"
#include "elbo/experiments/experiments.h"

namespace elbo {
namespace {

/// Ways are found and measured in at least this many steps; the picture shows every few of them.
constexpr std::int64_t kLeastCurveSteps = 40;

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> names = {"linear", "spherical", "geodesic"};
  return names;
}

double mean_of(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total / static_cast<double>(values.size());
}

/// How far the judge's certainty falls below that at the ends.
void judge_path(nlohmann::json& row, const Array& frames, const FittedClassifier& judge) {
  const Array probabilities = judge.probabilities(frames);
  std::vector<double> confidence;
  for (std::int64_t i = 0; i < frames.extent(0); ++i) {
    const auto p = probabilities.row<float>(i);
    confidence.push_back(static_cast<double>(*std::max_element(p.begin(), p.end())));
  }
  row["classifier_confidence"] = confidence;
  const double ends = std::min(confidence.front(), confidence.back());
  const double lowest = *std::min_element(confidence.begin(), confidence.end());
  row["confidence_dip"] = std::max(0.0, ends - lowest);
}

std::vector<std::pair<std::int64_t, std::int64_t>> default_pairs(std::int64_t count) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> wanted = {
      {0, 1}, {3, 8}, {4, 9}, {7, 2}};
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (const auto& pair : wanted) {
    if (std::max(pair.first, pair.second) < count) pairs.push_back(pair);
  }
  return pairs;
}

/// The rows of the test set that each pair goes between.
std::vector<std::vector<std::int32_t>> ends_of_pairs(const Dataset& test,
                                                     const InterpolationOptions& options) {
  const bool by_class = test.labels && test.class_count() > 1;
  // Ends are the first example of each class, or examples by number.
  const std::int64_t available = by_class ? test.class_count() : test.count();
  const auto index = [&](std::int64_t end) -> std::optional<std::int32_t> {
    return by_class ? first_of_class(test, end) : static_cast<std::int32_t>(end);
  };
  std::vector<std::vector<std::int32_t>> ends;
  for (const auto& [from, to] : options.pairs.empty() ? default_pairs(available) : options.pairs) {
    if (std::min(from, to) < 0 || std::max(from, to) >= available) {
      throw UsageError("interpolate: pair {},{}: {} has {} {}", from, to, test.spec, available,
                       by_class ? "classes" : "examples");
    }
    const std::optional<std::int32_t> first = index(from), last = index(to);
    if (first && last) {
      ends.push_back({*first, *last});
    } else if (!options.pairs.empty()) {
      throw UsageError("interpolate: pair {},{}: {} has no example of class {}", from, to,
                       test.spec, test.class_names[static_cast<std::size_t>(first ? to : from)]);
    }
  }
  if (ends.empty()) {
    throw UsageError("interpolate: {} has too few examples; give --pair A,B", test.spec);
  }
  return ends;
}

/// Codes on the three ways of each pair, in the order of kinds().
std::vector<std::vector<Array>> curves_of_pairs(const FittedVae& vae, const Dataset& test,
                                                const std::vector<std::vector<std::int32_t>>& ends,
                                                std::int64_t points) {
  std::vector<Array> lines, arcs;
  for (const std::vector<std::int32_t>& pair : ends) {
    const Array means = vae.encode(test.subset(pair)).means;
    lines.push_back(linear_curve(means.row<float>(0), means.row<float>(1), points));
    arcs.push_back(spherical_curve(means.row<float>(0), means.row<float>(1), points));
  }
  const CurveDecoder decoder = [&](Value z) { return vae.model().likelihood(z, Value())->mean(); };
  const std::vector<Array> shortest =
      geodesics(lines, decoder, vae.parameters(), {.threads = vae.threads()});
  std::vector<std::vector<Array>> curves;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    curves.push_back({lines[i], arcs[i], shortest[i]});
  }
  return curves;
}

/// Every `stride`-th row, the first and the last among them.
Array every(const Array& rows, std::int64_t stride) {
  std::vector<std::int32_t> indices;
  for (std::int64_t i = 0; i < rows.extent(0); i += stride) {
    indices.push_back(static_cast<std::int32_t>(i));
  }
  return rows.gather(indices);
}

}  // namespace

nlohmann::json run_interpolation(const FittedVae& vae, const Dataset& test,
                                 const FittedClassifier* judge, const InterpolationOptions& options,
                                 const ResultFolder& results) {
  const ImageShape& image = vae.model().data().image;
  require_images(image, "interpolate");
  if (vae.model().is_conditional()) {
    throw UsageError("interpolate: a conditional model keeps the class apart; use a plain vae");
  }
  const std::int64_t shown_steps = options.steps - 1;
  const std::int64_t stride = (kLeastCurveSteps + shown_steps - 1) / shown_steps;
  const std::int64_t curve_steps = stride * shown_steps;
  const std::vector<std::vector<std::int32_t>> ends = ends_of_pairs(test, options);
  const std::vector<std::vector<Array>> curves = curves_of_pairs(vae, test, ends, curve_steps + 1);

  nlohmann::json rows = nlohmann::json::array();
  std::vector<Array> pictures;
  std::map<std::string, std::map<std::string, std::vector<double>>> by_kind;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const nlohmann::json names = names_of(test, ends[i]);
    for (std::size_t k = 0; k < kinds().size(); ++k) {
      const Array all_frames = vae.decode(curves[i][k]);
      const Array frames = every(all_frames, stride);
      const CurveMeasures shown = measure_curve(frames), curve = measure_curve(all_frames);
      nlohmann::json row{{"from", names[0]},
                         {"to", names[1]},
                         {"kind", kinds()[k]},
                         {"step_lengths", shown.step_lengths},
                         {"path_length", shown.length},
                         {"curve_step_lengths", curve.step_lengths},
                         {"length", curve.length},
                         {"energy", curve.energy},
                         {"step_ratio", curve.step_ratio}};
      if (judge != nullptr) judge_path(row, frames, *judge);
      for (const char* name : {"path_length", "length", "energy", "step_ratio", "confidence_dip"}) {
        if (row.contains(name)) by_kind[name][kinds()[k]].push_back(row[name].get<double>());
      }
      rows.push_back(row);
      pictures.push_back(frames);
    }
  }
  nlohmann::json report{
      {"latent", vae.model().latent()}, {"curve_steps", curve_steps}, {"rows", rows}};
  for (const auto& [name, values_of] : by_kind) {
    for (const auto& [kind, values] : values_of) report["mean_" + name][kind] = mean_of(values);
  }
  report["images"] =
      results.write_array("interpolation_images",
                          as_images(stacked(pictures), image,
                                    {static_cast<std::int64_t>(pictures.size()), options.steps}));
  results.write("interpolation", report);
  return report;
}

}  // namespace elbo
