#include "elbo/evaluate/parameter_map.h"

#include <algorithm>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/io/crc32c.h"

namespace elbo {

ParameterMap to_map(const ParameterLayout& layout, std::span<const float> buffer) {
  ParameterMap map;
  for (const ParameterSlot& slot : layout.slots()) {
    map.emplace(slot.name, Array::from(buffer.subspan(static_cast<std::size_t>(slot.offset),
                                                      static_cast<std::size_t>(slot.count)),
                                       slot.extents));
  }
  return map;
}

std::uint32_t checksum(const ParameterMap& parameters) {
  std::vector<std::uint8_t> bytes;
  for (const auto& [name, array] : parameters) {
    bytes.insert(bytes.end(), name.begin(), name.end());
    const auto values = array.bytes();
    bytes.insert(bytes.end(), values.begin(), values.end());
  }
  return crc32c(bytes);
}

FlatBuffer flat_parameters(const Graph& graph, const ParameterMap& parameters) {
  const ParameterLayout layout(graph);
  FlatBuffer buffer(static_cast<std::size_t>(std::max<std::int64_t>(1, layout.size())));
  for (const ParameterSlot& slot : layout.slots()) {
    const auto found = parameters.find(slot.name);
    if (found == parameters.end() || found->second.extents() != slot.extents) {
      throw ShapeError("the model needs a parameter '{}' {}, which its file does not have",
                       slot.name, to_string(slot.extents));
    }
    const auto source = found->second.values<float>();
    std::copy(source.begin(), source.end(), buffer.data() + slot.offset);
  }
  return buffer;
}

}  // namespace elbo
