#include "elbo/train/run_folder.h"

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/io/safetensors.h"

namespace elbo {

void write_parameters(const std::filesystem::path& path, const ParameterLayout& layout,
                      std::span<const float> buffer) {
  std::vector<TensorView> tensors;
  for (const ParameterSlot& slot : layout.slots()) {
    const auto part =
        buffer.subspan(static_cast<std::size_t>(slot.offset), static_cast<std::size_t>(slot.count));
    tensors.push_back(
        {.name = slot.name,
         .dtype = DType::f32,
         .extents = slot.extents,
         .bytes = {reinterpret_cast<const std::uint8_t*>(part.data()), part.size_bytes()}});
  }
  write_safetensors(path, tensors, {{"format", "elbo"}});
}

void read_parameters(const std::filesystem::path& path, const ParameterLayout& layout,
                     std::span<float> buffer) {
  const SafeTensors file = read_safetensors(path);
  for (const ParameterSlot& slot : layout.slots()) {
    const Array* tensor = file.find(slot.name);
    if (tensor == nullptr) {
      throw FileError("{}: has no tensor '{}', which the model of config.json needs", path.string(),
                      slot.name);
    }
    if (tensor->dtype() != DType::f32 || tensor->extents() != slot.extents) {
      throw FileError("{}: '{}' is {} {}, the model of config.json needs f32 {}", path.string(),
                      slot.name, name_of(tensor->dtype()), to_string(tensor->extents()),
                      to_string(slot.extents));
    }
    const auto values = tensor->values<float>();
    std::copy(values.begin(), values.end(), buffer.begin() + slot.offset);
  }
  if (file.tensors.size() != layout.slots().size()) {
    throw FileError("{}: holds {} tensors, the model of config.json has {}", path.string(),
                    file.tensors.size(), layout.slots().size());
  }
}

}  // namespace elbo
