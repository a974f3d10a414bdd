// A study folder as the report reads it: results/*.json with the arrays beside them, summary.json
// and the training logs of models/. docs/formats/results.md is the contract. Nothing in the folder
// is trusted: names are checked before they become paths, arrays before they become pictures.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elbo/report/record.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// One epoch of a training log.
struct Epoch {
  double epoch = 0;
  std::optional<double> train_elbo_nats, validation_elbo_nats;
};

/// The training log of one model.
struct TrainingLog {
  std::string name;
  std::vector<Epoch> epochs;
};

class Study {
 public:
  /// Of one array of images.
  static constexpr std::int64_t kMostImageBytes = std::int64_t{1} << 26;

  /// Reads every JSON file. Throws FileError when the folder is missing or a file in it is damaged.
  explicit Study(std::filesystem::path folder);
  ~Study();
  Study(Study&&) noexcept;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path figures() const { return folder_ / "figures"; }

  /// results/NAME.json, or an empty record.
  Record result(std::string_view name) const;
  /// summary.json, or an empty record.
  Record summary() const;
  /// "main", or the name of the study that was run instead.
  std::string kind() const;
  /// True when it was run on MNIST itself, which is what published numbers are of. Experiments that
  /// were run by themselves don't say what they were run on.
  bool is_of_mnist() const;
  /// models/*/metrics.jsonl in the order of study.json, then by name.
  std::vector<TrainingLog> training_logs() const;

  /// The images that `key` names, u8 of this rank with trailing (H, W, C), C being 1 or 3.
  /// Throws FileError when the record names none, or they aren't such images.
  Array images(const Record& record, std::string_view key, int rank) const;
  /// The numbers that `key` names, as f32 of this rank.
  Array numbers(const Record& record, std::string_view key, int rank) const;

 private:
  struct Documents;
  Array array(const Record& record, std::string_view key, int rank) const;

  std::filesystem::path folder_;
  std::unique_ptr<Documents> documents_;
};

}  // namespace elbo
