// Where each parameter of a graph lives in one flat buffer. Gradients, moments and averages use the
// same layout, so that an optimizer, a checkpoint or an all-reduce is one flat loop.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elbo/graph/graph.h"

namespace elbo {

struct ParameterSlot {
  std::string name;
  Extents extents;
  /// In floats from the buffer's begin; a multiple of 16, so that each parameter is aligned.
  std::int64_t offset = 0;
  std::int64_t count = 0;
  Initializer initializer;
};

class ParameterLayout {
 public:
  ParameterLayout() = default;
  /// Every parameter of the graph, in the order of creation.
  explicit ParameterLayout(const Graph& graph);

  const std::vector<ParameterSlot>& slots() const { return slots_; }
  const ParameterSlot& slot_of(const std::string& name) const;
  /// Floats in the buffer, gaps included (they stay zero).
  std::int64_t size() const { return size_; }
  /// Trainable numbers.
  std::int64_t parameter_count() const;

  /// First values, each parameter from a random stream of its own, the same for any number of
  /// threads. buffer.size() == size().
  void initialize(std::span<float> buffer, std::uint64_t seed, int threads = 1) const;

 private:
  std::vector<ParameterSlot> slots_;
  std::int64_t size_ = 0;
};

}  // namespace elbo
