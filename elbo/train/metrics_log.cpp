#include "elbo/train/metrics_log.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "elbo/base/error.h"
#include "elbo/base/file.h"

namespace elbo {
namespace {

nlohmann::json to_object(const TermMeans& means) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : means) object[name] = value;
  return object;
}

}  // namespace

nlohmann::json to_json(const EpochReport& report) {
  nlohmann::json object{{"epoch", report.epoch},
                        {"step", report.step},
                        {"seconds", report.seconds},
                        {"learning_rate", report.learning_rate},
                        {"examples_per_second", report.examples_per_second},
                        {"train", to_object(report.train)}};
  if (report.skipped_steps > 0) object["skipped_steps"] = report.skipped_steps;
  if (!report.validation.empty()) object["validation"] = to_object(report.validation);
  return object;
}

void truncate_metrics(const std::filesystem::path& path, std::int64_t epochs) {
  if (!std::filesystem::exists(path)) return;
  std::ifstream file(path);
  std::string kept, line;
  while (std::getline(file, line)) {
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    const bool counts = object.is_object() && object.contains("epoch") &&
                        object["epoch"].is_number_integer() && object["epoch"] <= epochs;
    if (counts) kept += line + "\n";
  }
  write_text_file(path, kept);
}

std::vector<nlohmann::json> read_metrics(const std::filesystem::path& path) {
  std::vector<nlohmann::json> epochs;
  if (!std::filesystem::exists(path)) return epochs;
  std::istringstream file(read_text_file(path));
  std::string line;
  while (std::getline(file, line)) {
    nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (object.is_object()) epochs.push_back(std::move(object));
  }
  return epochs;
}

const nlohmann::json* kept_epoch(const std::vector<nlohmann::json>& epochs) {
  static const nlohmann::json::json_pointer kBound("/validation/elbo_nats");
  const nlohmann::json* best = nullptr;
  for (const nlohmann::json& epoch : epochs) {
    if (!epoch.contains(kBound) || !epoch[kBound].is_number()) continue;
    if (best == nullptr || epoch[kBound] > (*best)[kBound]) best = &epoch;
  }
  if (best == nullptr && !epochs.empty()) best = &epochs.back();
  return best;
}

void append_metrics(const std::filesystem::path& path, const EpochReport& report) {
  std::ofstream file(path, std::ios::app);
  file << to_json(report).dump() << "\n" << std::flush;
  if (!file) throw FileError("{}: can't be written; is the disk full?", path.string());
}

void append_events(EventLog& log, const EpochReport& report) {
  EventLog::Scalars scalars;
  for (const auto& [name, value] : report.train) scalars.emplace_back("train/" + name, value);
  for (const auto& [name, value] : report.validation) {
    scalars.emplace_back("validation/" + name, value);
  }
  scalars.emplace_back("learning_rate", report.learning_rate);
  scalars.emplace_back("examples_per_second", report.examples_per_second);
  scalars.emplace_back("epoch", static_cast<double>(report.epoch));
  log.write(report.step, scalars);
}

}  // namespace elbo
