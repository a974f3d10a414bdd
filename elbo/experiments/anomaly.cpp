#include "elbo/experiments/anomaly.h"

#include <algorithm>
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "elbo/evaluate/detection.h"

namespace elbo {
namespace {

constexpr std::int64_t kExtremes = 12;

Array to_array(const std::vector<double>& scores) {
  const std::vector<float> values(scores.begin(), scores.end());
  return Array::from(values, {static_cast<std::int64_t>(values.size())});
}

/// Images at the end of a ranking, the most extreme first.
Array extremes(const Dataset& data, const std::vector<double>& scores, bool highest,
               const ImageShape& image) {
  std::vector<std::int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    const double x = scores[static_cast<std::size_t>(a)], y = scores[static_cast<std::size_t>(b)];
    return highest ? x > y : x < y;
  });
  order.resize(std::min<std::size_t>(order.size(), kExtremes));
  const Dataset part = data.subset(order);
  return as_images(unit_examples(part), image, {part.count()});
}

double share_inside(const std::vector<double>& errors, double low, double high) {
  const auto inside = std::count_if(errors.begin(), errors.end(),
                                    [&](double error) { return error >= low && error <= high; });
  return static_cast<double>(inside) / static_cast<double>(errors.size());
}

nlohmann::json seed_rule(const AnomalyCalibration& calibration, const AnomalyScores& normal,
                         const AnomalyScores& anomalous) {
  const double low = calibration.error_mean - 2 * calibration.error_standard_deviation;
  const double high = calibration.error_mean + 2 * calibration.error_standard_deviation;
  return {
      {"mean", calibration.error_mean},
      {"standard_deviation", calibration.error_standard_deviation},
      {"low", low},
      {"high", high},
      {"mnist_accept_rate", share_inside(normal.at("reconstruction_error"), low, high)},
      {"fashion_mnist_accept_rate", share_inside(anomalous.at("reconstruction_error"), low, high)}};
}

}  // namespace

nlohmann::json run_anomaly(const FittedVae& vae, const AnomalyCalibration& calibration,
                           const Dataset& normal, const Dataset& anomalous,
                           const AnomalyReportOptions& options, const ResultFolder& results) {
  ScoreRequest request = options.scores;
  if (request.names.empty()) request.names = calibration.usual_scores();
  if (std::find(request.names.begin(), request.names.end(), options.chosen) ==
      request.names.end()) {
    throw UsageError("{}: the chosen score '{}' is not among those that are computed", options.name,
                     options.chosen);
  }
  const AnomalyScores normal_scores = anomaly_scores(vae, normal, request, calibration);
  const AnomalyScores anomalous_scores = anomaly_scores(vae, anomalous, request, calibration);
  nlohmann::json report{{"normal", normal.spec},
                        {"anomalous", anomalous.spec},
                        {"calibration_count", calibration.count},
                        {"false_alarm_rate", calibration.false_alarm_rate},
                        {"chosen", options.chosen},
                        {"scores", nlohmann::json::array()}};
  for (const auto& [name, of_normal] : normal_scores) {
    const std::vector<double>& of_anomalous = anomalous_scores.at(name);
    const double threshold = calibration.threshold(name);
    nlohmann::json score{{"name", name},
                         {"unit", find_anomaly_score(name).unit},
                         {"normal_count", of_normal.size()},
                         {"anomalous_count", of_anomalous.size()},
                         {"threshold", threshold},
                         {"auroc", auroc(of_normal, of_anomalous)},
                         {"aupr", average_precision(of_normal, of_anomalous)},
                         {"accept_rate", share_accepted(of_normal, threshold)},
                         {"false_accept_rate", share_accepted(of_anomalous, threshold)}};
    const std::string prefix = options.name + "_" + name;
    score["normal"] = results.write_array(prefix + "_normal", to_array(of_normal));
    score["anomalous"] = results.write_array(prefix + "_anomalous", to_array(of_anomalous));
    if (name == options.chosen) {
      for (const char* key : {"auroc", "aupr", "accept_rate", "false_accept_rate"}) {
        report[key] = score[key];
      }
    }
    report["scores"].push_back(std::move(score));
  }
  if (options.with_seed_rule && normal_scores.contains("reconstruction_error")) {
    report["seed_rule"] = seed_rule(calibration, normal_scores, anomalous_scores);
  }
  const ImageShape& image = vae.model().data().image;
  const bool of_all = request.slow_examples == 0 || !find_anomaly_score(options.chosen).slow;
  if (of_all && can_be_drawn(image)) {
    report["most_anomalous_normal"] =
        results.write_array(options.name + "_most_anomalous_normal",
                            extremes(normal, normal_scores.at(options.chosen), true, image));
    report["most_normal_anomalous"] =
        results.write_array(options.name + "_most_normal_anomalous",
                            extremes(anomalous, anomalous_scores.at(options.chosen), false, image));
  }
  results.write(options.name, report);
  return report;
}

}  // namespace elbo
