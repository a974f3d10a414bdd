#include "elbo/train/checkpoint.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/log.h"
#include "elbo/io/safetensors.h"

namespace elbo {
namespace {

namespace fs = std::filesystem;

std::span<const std::uint8_t> bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

/// Reads all before touching a buffer, so that a damaged file changes nothing.
nlohmann::json read_one(const fs::path& path, const NamedBuffers& buffers) {
  const SafeTensors file = read_safetensors(path);
  const auto progress = file.metadata.find("progress");
  if (progress == file.metadata.end()) {
    throw FileError("{}: not a checkpoint: it has no 'progress' entry", path.string());
  }
  nlohmann::json parsed = nlohmann::json::parse(progress->second, nullptr, false);
  if (!parsed.is_object()) {
    throw FileError("{}: the 'progress' entry is damaged", path.string());
  }
  for (const auto& [name, buffer] : buffers) {
    const Array* tensor = file.find(name);
    if (tensor == nullptr || tensor->dtype() != DType::f32 ||
        tensor->size() != static_cast<std::int64_t>(buffer.size())) {
      throw UsageError(
          "{}: made with another model or optimizer ('{}' has {} numbers, expected {}); resume "
          "with "
          "the settings of the run, or choose another --out",
          path.string(), name, tensor == nullptr ? 0 : tensor->size(), buffer.size());
    }
  }
  for (const auto& [name, buffer] : buffers) {
    const auto values = file.find(name)->values<float>();
    std::copy(values.begin(), values.end(), buffer.begin());
  }
  return parsed;
}

}  // namespace

void write_checkpoint(const fs::path& folder, const NamedBuffers& buffers,
                      const nlohmann::json& progress) {
  make_directory(folder);
  const fs::path last = folder / "last.safetensors";
  std::vector<TensorView> tensors;
  for (const auto& [name, buffer] : buffers) {
    tensors.push_back({.name = name,
                       .dtype = DType::f32,
                       .extents = {static_cast<std::int64_t>(buffer.size())},
                       .bytes = bytes_of(buffer)});
  }
  // The new one is whole before an old one goes: of those that there are, only one may be.
  const fs::path next = folder / "next.safetensors";
  write_safetensors(next, tensors, {{"progress", progress.dump()}});
  std::error_code ignored;  // there may be none yet
  fs::rename(last, folder / "previous.safetensors", ignored);
  fs::rename(next, last);
}

nlohmann::json read_checkpoint(const fs::path& folder, const NamedBuffers& buffers) {
  bool found = false;
  for (const char* name : {"last.safetensors", "next.safetensors", "previous.safetensors"}) {
    const fs::path path = folder / name;
    if (!fs::exists(path)) continue;
    found = true;
    try {
      return read_one(path, buffers);
    } catch (const FileError& error) {
      logging::warning("{}; looking for the checkpoint before it", error.what());
    }
  }
  if (found) {
    throw FileError(
        "{}: no checkpoint in it is whole, so there is nothing to continue from; choose another "
        "--out, or remove the folder to begin anew",
        folder.string());
  }
  return nullptr;
}

}  // namespace elbo
