// A kernel of the cpu device: made once from a group of nodes, then run. Kernels find their
// operands through the address table, which is filled after memory has been booked and inputs have
// been bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "elbo/device/executor.h"
#include "elbo/device/precision.h"
#include "elbo/graph/fuse.h"

namespace elbo::cpu {

/// Where a buffer will be. The table that holds the address outlives the kernels.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::byte* const* address) : address_(address) {}
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(*address_);
  }
  float* floats() const { return as<float>(); }
  bool operator==(const Buffer&) const = default;

 private:
  std::byte* const* address_ = nullptr;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void run(const RunContext& context) = 0;
  /// Memory that it needs while it runs; handed over before the first run.
  virtual std::int64_t scratch_bytes() const { return 0; }
  virtual void set_scratch(std::byte*) {}
  /// Name, work and traffic for the plan's listing.
  virtual KernelSummary summary() const = 0;
};

class OperandCopies;

/// What kernels are made from.
struct KernelContext {
  const Graph& graph;
  const Fusion& fusion;
  /// Addresses by node id; the entry of a node's root is the one that is filled.
  const std::vector<std::byte*>& addresses;
  /// The copies of operands that the plan makes for its products.
  OperandCopies& copies;
  std::int64_t batch_size;
  int threads;
  Precision precision;
  ParameterChanges parameter_changes;
  /// By node id, of roots.
  const std::vector<bool>& narrow;

  NodeId root(NodeId id) const { return fusion.root[static_cast<std::size_t>(id)]; }
  Buffer buffer(NodeId id) const { return Buffer(&addresses[static_cast<std::size_t>(root(id))]); }
  /// A value that is the same in every run: its copies are made in the first.
  bool is_fixed(NodeId root) const {
    return parameter_changes == ParameterChanges::never && graph.node(root).op == Op::parameter;
  }
  /// A value that is stored in bfloat16 (narrow_values.h).
  bool is_narrow(NodeId root) const { return narrow[static_cast<std::size_t>(root)]; }
  const Node& node(NodeId id) const { return graph.node(id); }
  Extents extents(NodeId id) const { return graph.node(id).shape.resolve(batch_size); }
  std::int64_t count(NodeId id) const { return graph.node(id).shape.count(batch_size); }
};

std::unique_ptr<Kernel> make_map_kernel(const KernelContext& context, const Group& group);
std::unique_ptr<Kernel> make_reduction_kernel(const KernelContext& context, const Group& group);
std::unique_ptr<Kernel> make_random_kernel(const KernelContext& context, const Group& group);
std::unique_ptr<Kernel> make_copy_kernel(const KernelContext& context, const Group& group);
std::unique_ptr<Kernel> make_matmul_kernel(const KernelContext& context, const Group& group);
/// One of the three convolutions.
std::unique_ptr<Kernel> make_conv_kernel(const KernelContext& context, const Group& group);

}  // namespace elbo::cpu
