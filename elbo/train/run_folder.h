// The run folder: what training writes and everything else reads (docs/formats/run_folder.md).
// Loading one executes nothing and trusts nothing.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "elbo/graph/parameters.h"
#include "elbo/train/run_config.h"

namespace elbo {

struct RunPaths {
  explicit RunPaths(std::filesystem::path folder_) : folder(std::move(folder_)) {}
  std::filesystem::path folder;
  std::filesystem::path config() const { return folder / "config.json"; }
  std::filesystem::path model() const { return folder / "model.safetensors"; }
  std::filesystem::path metrics() const { return folder / "metrics.jsonl"; }
  std::filesystem::path checkpoints() const { return folder / "checkpoints"; }
  std::filesystem::path results() const { return folder / "results"; }
  std::filesystem::path card() const { return folder / "README.md"; }
};

/// Writes the parameters by name, from a flat buffer.
void write_parameters(const std::filesystem::path& path, const ParameterLayout& layout,
                      std::span<const float> buffer);
/// Fills a flat buffer. Throws FileError when the file's tensors are not exactly the layout's.
void read_parameters(const std::filesystem::path& path, const ParameterLayout& layout,
                     std::span<float> buffer);

}  // namespace elbo
