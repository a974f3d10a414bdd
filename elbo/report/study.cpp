#include "elbo/report/study.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/npy.h"
#include "elbo/report/format.h"

namespace elbo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMaxJsonBytes = std::size_t{1} << 26;

json parse(std::string_view text, const std::string& where) {
  try {
    json value = json::parse(text);
    if (!value.is_object()) {
      throw FileError("{}: expected a JSON object, found {}", where, value.type_name());
    }
    return value;
  } catch (const json::exception& error) {
    throw FileError("{}: not valid JSON ({}); was the file cut off or edited?", where,
                    error.what());
  }
}

json read_json(const fs::path& path) {
  const std::vector<std::uint8_t> bytes = read_file(path, kMaxJsonBytes);
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

/// True for a name that stays inside the folder it is looked for in.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.size() < 200 &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    entries.push_back(entry.path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// One epoch a line. Only the last line may be damaged: a run that was cut off leaves half of one.
std::vector<Epoch> read_training_log(const fs::path& path) {
  const std::vector<std::uint8_t> bytes = read_file(path, kMaxJsonBytes);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<Epoch> epochs;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    const std::string_view content = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (content.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", path.string(), line);
    json value;
    try {
      value = parse(content, where);
    } catch (const FileError&) {
      if (text.empty()) break;
      throw;
    }
    const Record record(&value, where);
    epochs.push_back({record.number("epoch").value_or(static_cast<double>(epochs.size() + 1)),
                      record.child("train").number("elbo_nats"),
                      record.child("validation").number("elbo_nats")});
  }
  return epochs;
}

}  // namespace

struct Study::Documents {
  std::map<std::string, json, std::less<>> results;
  std::optional<json> summary;
};

Study::Study(fs::path folder) : folder_(std::move(folder)), documents_(new Documents) {
  if (!fs::is_directory(folder_)) {
    throw FileError("{}: expected the folder of a study, found none", folder_.string());
  }
  for (const fs::path& path : sorted_entries(folder_ / "results")) {
    if (path.extension() == ".json") {
      documents_->results.emplace(path.stem().string(), read_json(path));
    }
  }
  if (const fs::path path = folder_ / "summary.json"; fs::exists(path)) {
    documents_->summary = read_json(path);
  }
}

Study::~Study() = default;
Study::Study(Study&&) noexcept = default;

Record Study::result(std::string_view name) const {
  const auto found = documents_->results.find(name);
  if (found == documents_->results.end()) return {};
  return {&found->second, (folder_ / "results" / (std::string(name) + ".json")).string()};
}

Record Study::summary() const {
  if (!documents_->summary) return {};
  return {&*documents_->summary, (folder_ / "summary.json").string()};
}

std::string Study::kind() const {
  return result("study").text("study", "main");
}

bool Study::is_of_mnist() const {
  const Record data = result("study").child("data");
  return set_name(data.text("normal")) == "MNIST" && !data.flag("generated", false);
}

std::vector<TrainingLog> Study::training_logs() const {
  std::vector<std::string> names;
  for (const Record& model : result("study").list("models")) {
    const std::string folder = fs::path(model.text("folder", model.text("name"))).filename();
    if (is_plain_name(folder)) names.push_back(folder);
  }
  for (const fs::path& path : sorted_entries(folder_ / "models")) {
    const std::string name = path.filename();
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::vector<TrainingLog> logs;
  for (const std::string& name : names) {
    const fs::path path = folder_ / "models" / name / "metrics.jsonl";
    if (!fs::exists(path)) continue;
    TrainingLog log{name, read_training_log(path)};
    if (!log.epochs.empty()) logs.push_back(std::move(log));
  }
  return logs;
}

Array Study::array(const Record& record, std::string_view key, int rank) const {
  const std::string name = record.text(key);
  if (name.empty()) record.fail(fmt::format("/{}: expected the name of an .npy file", key));
  if (!is_plain_name(name)) {
    record.fail(
        fmt::format("/{}: '{}' is not the plain name of a file beside this one", key, name));
  }
  const fs::path path = folder_ / "results" / name;
  Array values = read_npy(path);
  if (values.rank() != rank || values.size() == 0) {
    throw FileError("{}: expected {} axes, none of length 0, found shape {}", path.string(), rank,
                    to_string(values.extents()));
  }
  return values;
}

Array Study::images(const Record& record, std::string_view key, int rank) const {
  Array images = array(record, key, rank);
  const std::int64_t channels = images.extent(rank - 1);
  if (images.dtype() != DType::u8 || (channels != 1 && channels != 3) ||
      images.size() > kMostImageBytes) {
    throw FileError("{}: expected u8 images (..., height, width, 1 or 3), found {} of shape {}",
                    (folder_ / "results" / record.text(key)).string(), name_of(images.dtype()),
                    to_string(images.extents()));
  }
  return images;
}

Array Study::numbers(const Record& record, std::string_view key, int rank) const {
  return array(record, key, rank).to_f32();
}

}  // namespace elbo
