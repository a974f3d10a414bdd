// Interpolation: from one example to another through latent space, on a straight line and on a
// great circle (White 2016, "Sampling generative networks"), with measures of how smooth the way
// is.
#include <algorithm>
#include <cmath>

#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/examples.h"
#include "elbo/experiments/experiments.h"

namespace elbo {
namespace {

using Code = std::vector<double>;

Code linear_point(const Code& a, const Code& b, double t) {
  Code point(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) point[i] = (1 - t) * a[i] + t * b[i];
  return point;
}

Code spherical_point(const Code& a, const Code& b, double t) {
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    ab += a[i] * b[i];
  }
  const double cosine = std::clamp(ab / std::sqrt(std::max(aa * bb, 1e-30)), -1.0, 1.0);
  const double angle = std::acos(cosine);
  // Codes that point the same way (or exactly away) have no great circle of their own.
  if (std::sin(angle) < 1e-4) return linear_point(a, b, t);
  const double wa = std::sin((1 - t) * angle) / std::sin(angle);
  const double wb = std::sin(t * angle) / std::sin(angle);
  Code point(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) point[i] = wa * a[i] + wb * b[i];
  return point;
}

Array path(const Code& a, const Code& b, const std::string& kind, std::int64_t steps) {
  Array codes(DType::f32, {steps, static_cast<std::int64_t>(a.size())});
  for (std::int64_t step = 0; step < steps; ++step) {
    const double t = static_cast<double>(step) / static_cast<double>(steps - 1);
    const Code point = kind == "linear" ? linear_point(a, b, t) : spherical_point(a, b, t);
    std::copy(point.begin(), point.end(), codes.row<float>(step).begin());
  }
  return codes;
}

std::vector<double> step_lengths(const Array& frames) {
  std::vector<double> lengths;
  for (std::int64_t i = 0; i + 1 < frames.extent(0); ++i) {
    const auto x = frames.row<float>(i), y = frames.row<float>(i + 1);
    double total = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double difference = static_cast<double>(x[j]) - static_cast<double>(y[j]);
      total += difference * difference;
    }
    lengths.push_back(std::sqrt(total));
  }
  return lengths;
}

double sum_of(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
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

}  // namespace

nlohmann::json run_interpolation(const FittedVae& vae, const Dataset& test,
                                 const FittedClassifier* judge, const InterpolationOptions& options,
                                 const ResultFolder& results) {
  const ImageShape& image = vae.model().data().image;
  require_images(image, "interpolate");
  if (vae.model().is_conditional()) {
    throw UsageError("interpolate: a conditional model keeps the class apart; use a plain vae");
  }
  const bool by_class = test.labels && test.class_count() > 1;
  // Ends are the first example of each class, or examples by number.
  const std::vector<std::int32_t> firsts = first_of_each_class(test);
  const std::int64_t available = by_class ? static_cast<std::int64_t>(firsts.size()) : test.count();
  auto pairs = options.pairs.empty() ? default_pairs(available) : options.pairs;
  const std::vector<std::string> kinds = {"linear", "spherical"};
  nlohmann::json rows = nlohmann::json::array();
  std::vector<Array> pictures;
  std::map<std::string, std::vector<double>> lengths, dips;
  for (const auto& [from, to] : pairs) {
    if (std::min(from, to) < 0 || std::max(from, to) >= available) {
      throw UsageError("interpolate: pair {},{}: {} has {} {}", from, to, test.spec, available,
                       by_class ? "classes" : "examples");
    }
    const auto index = [&](std::int64_t end) {
      return by_class ? firsts[static_cast<std::size_t>(end)] : static_cast<std::int32_t>(end);
    };
    const std::vector<std::int32_t> ends = {index(from), index(to)};
    const Array means = vae.encode(test.subset(ends)).means;
    const Code a(means.row<float>(0).begin(), means.row<float>(0).end());
    const Code b(means.row<float>(1).begin(), means.row<float>(1).end());
    const nlohmann::json names = names_of(test, ends);
    for (const std::string& kind : kinds) {
      const Array frames = vae.decode(path(a, b, kind, options.steps));
      const std::vector<double> steps = step_lengths(frames);
      nlohmann::json row{{"from", names[0]},
                         {"to", names[1]},
                         {"kind", kind},
                         {"step_lengths", steps},
                         {"path_length", sum_of(steps)}};
      lengths[kind].push_back(sum_of(steps));
      if (judge != nullptr) {
        judge_path(row, frames, *judge);
        dips[kind].push_back(row["confidence_dip"].get<double>());
      }
      rows.push_back(row);
      pictures.push_back(frames);
    }
  }
  if (pictures.empty()) {
    throw UsageError("interpolate: {} has too few examples; give --pair A,B", test.spec);
  }
  nlohmann::json report{{"latent", vae.model().latent()}, {"rows", rows}};
  for (const std::string& kind : kinds) {
    const auto count = static_cast<double>(lengths[kind].size());
    report["mean_path_length"][kind] = sum_of(lengths[kind]) / count;
    if (judge != nullptr) report["mean_confidence_dip"][kind] = sum_of(dips[kind]) / count;
  }
  report["images"] =
      results.write_array("interpolation_images",
                          as_images(stacked(pictures), image,
                                    {static_cast<std::int64_t>(pictures.size()), options.steps}));
  results.write("interpolation", report);
  return report;
}

}  // namespace elbo
