// Checkpoints: everything that training needs to go on as if it had never stopped, in one
// safetensors file, replaced atomically; the one before is kept.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elbo {

using NamedBuffers = std::vector<std::pair<std::string, std::span<float>>>;

/// Writes folder/last.safetensors; the file of that name becomes folder/previous.safetensors.
void write_checkpoint(const std::filesystem::path& folder, const NamedBuffers& buffers,
                      const nlohmann::json& progress);

/// Fills the buffers from the newest checkpoint that is whole and returns its progress; null when
/// there has never been one. A damaged newest file is named in a warning and the previous one is
/// used. Throws FileError when none is whole, UsageError when the buffers' names or sizes differ:
/// another model.
nlohmann::json read_checkpoint(const std::filesystem::path& folder, const NamedBuffers& buffers);

}  // namespace elbo
