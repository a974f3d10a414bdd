// safetensors: named arrays behind a JSON header, with nothing in the file that can be executed
// (docs/formats/safetensors.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "elbo/tensor/array.h"

namespace elbo {

struct SafeTensors {
  /// Free text that travels with the tensors.
  std::map<std::string, std::string> metadata;
  /// Names are unique; in the order in which their bytes lie in the file.
  std::vector<std::pair<std::string, Array>> tensors;

  /// The tensor of that name, or nullptr.
  const Array* find(const std::string& name) const;
};

/// A tensor to write: bytes that someone else owns, row-major, as many as dtype and extents say.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  Extents extents;
  std::span<const std::uint8_t> bytes;
};

/// Reads F32, F64, U8, I32 and I64. Throws FileError for anything else that the header may hold:
/// other types, unknown or duplicate keys, offsets with gaps, overlaps or a length that differs
/// from what dtype and shape say, a file shorter or longer than its header says.
SafeTensors read_safetensors(const std::filesystem::path& path);
/// The same from memory; `what` names it in errors.
SafeTensors parse_safetensors(std::span<const std::uint8_t> bytes, const std::string& what);

/// Writes the tensors straight from the memory they lie in. Their order in the file is by falling
/// element size, then as given, so that each starts at a multiple of its element size.
/// Throws FileError when a name is used twice or isn't UTF-8, or the file can't be written.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});
void write_safetensors(const std::filesystem::path& path, const SafeTensors& contents);

}  // namespace elbo
