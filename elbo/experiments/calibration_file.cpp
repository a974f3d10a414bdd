// results/calibration.json with what learned scores keep in results/calibration.safetensors, an
// array NAME of the score SCORE as "SCORE/NAME" (docs/formats/run_folder.md).
#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/experiments/calibration.h"
#include "elbo/io/safetensors.h"

namespace elbo {
namespace {

std::filesystem::path arrays_path(std::filesystem::path path) {
  return path.replace_extension(".safetensors");
}

void write_learned(const std::filesystem::path& path, const AnomalyCalibration& calibration) {
  SafeTensors file;
  for (const auto& [score, arrays] : calibration.learned) {
    for (const auto& [name, array] : arrays) {
      file.tensors.emplace_back(score + "/" + name, array);
    }
  }
  write_safetensors(path, file);
}

std::map<std::string, LearnedArrays> read_learned(const std::filesystem::path& path) {
  std::map<std::string, LearnedArrays> learned;
  for (auto& [name, array] : read_safetensors(path).tensors) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) {
      throw FileError("{}: expected arrays named SCORE/NAME, found '{}'; calibrate again",
                      path.string(), name);
    }
    learned[name.substr(0, slash)].emplace(name.substr(slash + 1), std::move(array));
  }
  return learned;
}

}  // namespace

void write_calibration(const std::filesystem::path& path, const AnomalyCalibration& calibration) {
  nlohmann::json object{
      {"count", calibration.count},
      {"false_alarm_rate", calibration.false_alarm_rate},
      {"data", calibration.data_spec},
      {"seed", calibration.settings.seed},
      {"importance_samples", calibration.settings.importance_samples},
      {"regret_steps", calibration.settings.regret_steps},
      {"thresholds", calibration.thresholds},
      {"reconstruction_error_mean", calibration.error_mean},
      {"reconstruction_error_standard_deviation", calibration.error_standard_deviation}};
  if (calibration.weights_crc32c) object["weights_crc32c"] = *calibration.weights_crc32c;
  // The arrays first: a JSON file that tells of arrays has them.
  if (!calibration.learned.empty()) {
    write_learned(arrays_path(path), calibration);
    object["learned"] = arrays_path(path).filename().string();
  }
  write_text_file(path, object.dump(2) + "\n");
}

AnomalyCalibration read_calibration(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw FileError("{}: not there; calibrate first: 'elbo anomaly calibrate RUN'", path.string());
  }
  try {
    const nlohmann::json object = nlohmann::json::parse(read_text_file(path));
    AnomalyCalibration calibration;
    calibration.count = object.at("count").get<std::int64_t>();
    calibration.false_alarm_rate = object.at("false_alarm_rate").get<double>();
    calibration.data_spec = object.at("data").get<std::string>();
    calibration.settings.seed = object.at("seed").get<std::uint64_t>();
    calibration.error_mean = object.at("reconstruction_error_mean").get<double>();
    calibration.error_standard_deviation =
        object.at("reconstruction_error_standard_deviation").get<double>();
    // Calibrations of earlier versions have neither settings nor arrays.
    ScoreSettings& settings = calibration.settings;
    settings.importance_samples = object.value("importance_samples", settings.importance_samples);
    settings.regret_steps = object.value("regret_steps", settings.regret_steps);
    if (settings.importance_samples < 1 || settings.regret_steps < 1) {
      throw FileError(
          "{}: expected importance_samples and regret_steps of at least 1, found {} "
          "and {}; calibrate again",
          path.string(), settings.importance_samples, settings.regret_steps);
    }
    for (const std::string& name : anomaly_score_names()) {
      const nlohmann::json& thresholds = object.at("thresholds");
      if (thresholds.contains(name)) {
        calibration.thresholds[name] = thresholds.at(name).get<double>();
      }
    }
    if (object.contains("weights_crc32c")) {
      calibration.weights_crc32c = object.at("weights_crc32c").get<std::uint32_t>();
    }
    if (object.contains("learned")) calibration.learned = read_learned(arrays_path(path));
    return calibration;
  } catch (const nlohmann::json::exception& error) {
    throw FileError("{}: damaged ({}); calibrate again", path.string(), error.what());
  }
}

}  // namespace elbo
