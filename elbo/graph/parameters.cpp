#include "elbo/graph/parameters.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/philox.h"
#include "elbo/base/threads.h"

namespace elbo {
namespace {

constexpr std::int64_t kSlotMultiple = 16;

/// A stream that depends on the name alone, so that adding a layer leaves the others' first values
/// as they were (FNV-1a).
std::uint32_t stream_of(const std::string& name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

float draw(RandomSequence& random, const Initializer& initializer) {
  switch (initializer.kind) {
    case Initializer::Kind::normal:
      return static_cast<float>(initializer.scale * random.next_normal());
    case Initializer::Kind::uniform:
      return static_cast<float>(random.next_uniform(-initializer.scale, initializer.scale));
    case Initializer::Kind::constant:
      break;
  }
  return static_cast<float>(initializer.scale);
}

}  // namespace

ParameterLayout::ParameterLayout(const Graph& graph) {
  for (const NodeId id : graph.parameters()) {
    const Node& node = graph.node(id);
    const auto& attributes = node.get<ParameterAttributes>();
    ParameterSlot slot{.name = attributes.name,
                       .extents = node.shape.resolve(1),
                       .offset = size_,
                       .count = node.shape.count(1),
                       .initializer = attributes.initializer};
    size_ += (slot.count + kSlotMultiple - 1) / kSlotMultiple * kSlotMultiple;
    slots_.push_back(std::move(slot));
  }
}

const ParameterSlot& ParameterLayout::slot_of(const std::string& name) const {
  const auto found = std::find_if(slots_.begin(), slots_.end(),
                                  [&](const ParameterSlot& slot) { return slot.name == name; });
  ELBO_ASSERT(found != slots_.end());
  return *found;
}

std::int64_t ParameterLayout::parameter_count() const {
  std::int64_t count = 0;
  for (const ParameterSlot& slot : slots_) count += slot.count;
  return count;
}

void ParameterLayout::initialize(std::span<float> buffer, std::uint64_t seed, int threads) const {
  ELBO_ASSERT(static_cast<std::int64_t>(buffer.size()) == size_);
  std::fill(buffer.begin(), buffer.end(), 0.0f);
  constexpr std::uint32_t kInitialization = 0x696e6974;  // keeps away from the graph's own streams
  // Each slot has a sequence of its own, so threads may draw them in any order.
  const auto slots = static_cast<std::int64_t>(slots_.size());
  parallel_for(threads, slots, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const ParameterSlot& slot = slots_[static_cast<std::size_t>(i)];
      RandomSequence random(seed, stream_of(slot.name), kInitialization);
      std::generate_n(buffer.data() + slot.offset, slot.count,
                      [&] { return draw(random, slot.initializer); });
    }
  });
}

}  // namespace elbo
