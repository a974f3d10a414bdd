#include "elbo/experiments/anomaly.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/evaluate/bound.h"
#include "elbo/evaluate/complexity.h"
#include "elbo/evaluate/detection.h"
#include "elbo/graph/ops.h"

namespace elbo {
namespace {

constexpr std::uint32_t kSamples = 4;
constexpr std::int64_t kExtremes = 12;
constexpr const char* kComplexityCorrected = "complexity_corrected";

void add_to(std::vector<double>& sums, const Array& values) {
  sums.resize(static_cast<std::size_t>(values.size()));
  const auto elements = values.values<float>();
  for (std::size_t i = 0; i < elements.size(); ++i) sums[i] += elements[i] / kSamples;
}

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

const std::vector<std::string>& anomaly_score_names() {
  static const std::vector<std::string> names = {
      kComplexityCorrected, "negative_elbo", "reconstruction_error", "reconstruction_probability"};
  return names;
}

AnomalyScores anomaly_scores(const FittedVae& vae, const Dataset& data, std::uint64_t seed) {
  vae.check(data);
  AnomalyScores scores;
  for (std::uint32_t sample = 0; sample < kSamples; ++sample) {
    PassOptions options = vae.pass();
    options.seed = seed;
    options.step = sample + 1;
    const auto arrays =
        run_pass(data, vae.parameters(), options, [&](Graph&, const BatchNodes& nodes) {
          const ElboTerms terms =
              elbo_terms(vae.model(), nodes.model_batch(vae.data_settings(), false));
          return std::vector<Value>{-terms.elbo, -terms.log_likelihood};
        });
    add_to(scores["negative_elbo"], arrays[0]);
    add_to(scores["reconstruction_probability"], arrays[1]);
  }
  scores["reconstruction_error"] =
      squared_error_per_example(vae.reconstruct(data), unit_examples(data));
  if (data.examples.dtype() == DType::u8) {
    std::vector<double> corrected = scores["negative_elbo"];
    const std::vector<double> complexity = compressed_nats(data, vae.threads());
    for (std::size_t i = 0; i < corrected.size(); ++i) corrected[i] -= complexity[i];
    scores[kComplexityCorrected] = std::move(corrected);
  }
  return scores;
}

double AnomalyCalibration::threshold(const std::string& score) const {
  const auto found = thresholds.find(score);
  if (found == thresholds.end()) {
    throw UsageError(
        "the calibration on {} has no threshold for '{}'; choose another score, or "
        "calibrate again",
        data_spec, score);
  }
  return found->second;
}

AnomalyCalibration calibrate(const FittedVae& vae, const Dataset& held_out, double false_alarm_rate,
                             std::uint64_t seed) {
  AnomalyCalibration calibration{.count = held_out.count(),
                                 .false_alarm_rate = false_alarm_rate,
                                 .data_spec = held_out.spec,
                                 .seed = seed,
                                 .thresholds = {}};
  const AnomalyScores scores = anomaly_scores(vae, held_out, seed);
  for (const auto& [name, values] : scores) {
    calibration.thresholds[name] = calibrated_threshold(values, false_alarm_rate);
  }
  const std::vector<double>& errors = scores.at("reconstruction_error");
  const auto count = static_cast<double>(errors.size());
  const double mean = std::accumulate(errors.begin(), errors.end(), 0.0) / count;
  double squares = 0;
  for (const double error : errors) squares += (error - mean) * (error - mean);
  calibration.error_mean = mean;
  calibration.error_standard_deviation = std::sqrt(squares / count);
  return calibration;
}

void write_calibration(const std::filesystem::path& path, const AnomalyCalibration& calibration) {
  const nlohmann::json object{
      {"count", calibration.count},
      {"false_alarm_rate", calibration.false_alarm_rate},
      {"data", calibration.data_spec},
      {"seed", calibration.seed},
      {"thresholds", calibration.thresholds},
      {"reconstruction_error_mean", calibration.error_mean},
      {"reconstruction_error_standard_deviation", calibration.error_standard_deviation}};
  write_text_file(path, object.dump(2) + "\n");
}

AnomalyCalibration read_calibration(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw FileError("{}: not there; calibrate first: 'elbo anomaly calibrate RUN SPEC'",
                    path.string());
  }
  try {
    const nlohmann::json object = nlohmann::json::parse(read_text_file(path));
    AnomalyCalibration calibration;
    calibration.count = object.at("count").get<std::int64_t>();
    calibration.false_alarm_rate = object.at("false_alarm_rate").get<double>();
    calibration.data_spec = object.at("data").get<std::string>();
    calibration.seed = object.at("seed").get<std::uint64_t>();
    calibration.error_mean = object.at("reconstruction_error_mean").get<double>();
    calibration.error_standard_deviation =
        object.at("reconstruction_error_standard_deviation").get<double>();
    for (const std::string& name : anomaly_score_names()) {
      // Tables have no complexity.
      if (name == kComplexityCorrected && !object.at("thresholds").contains(name)) continue;
      calibration.thresholds[name] = object.at("thresholds").at(name).get<double>();
    }
    return calibration;
  } catch (const nlohmann::json::exception& error) {
    throw FileError("{}: damaged ({}); calibrate again", path.string(), error.what());
  }
}

nlohmann::json run_anomaly(const FittedVae& vae, const AnomalyCalibration& calibration,
                           const Dataset& normal, const Dataset& anomalous,
                           const AnomalyReportOptions& options, const ResultFolder& results) {
  const AnomalyScores normal_scores = anomaly_scores(vae, normal, calibration.seed);
  const AnomalyScores anomalous_scores = anomaly_scores(vae, anomalous, calibration.seed);
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
  if (options.with_seed_rule) {
    report["seed_rule"] = seed_rule(calibration, normal_scores, anomalous_scores);
  }
  const ImageShape& image = vae.model().data().image;
  if (image.height > 1 && image.width > 1) {
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
