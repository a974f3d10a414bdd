// What the contraction kernels share of oneDNN, and the differences between its 2.x and 3.x
// interfaces. oneDNN's types stay in this folder.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "elbo/device/cpu/epilogue.h"

namespace elbo::cpu {

using OneDnnArguments = std::unordered_map<int, dnnl::memory>;

/// The engine of this process.
const dnnl::engine& onednn_engine();

/// A dense or strided array. Empty strides: row-major.
dnnl::memory::desc array_desc(dnnl::memory::data_type type, const Extents& extents,
                              const Extents& strides = {});
dnnl::memory::desc f32_desc(const Extents& extents, const Extents& strides = {});

/// Where a contraction reads an operand, and in which type.
struct Operand {
  Buffer buffer;
  dnnl::memory::data_type type = dnnl::memory::data_type::f32;
};
/// The node's value in the plan's precision.
Operand product_operand(const KernelContext& context, NodeId id);
/// ", bf16" for the plan's listing, or nothing.
std::string precision_suffix(const Operand& operand);

/// Attributes of a primitive: scratch memory is ours, and relu is applied to the result if asked.
dnnl::primitive_attr onednn_attributes(bool with_relu);

/// A primitive with its arguments. An operand whose layout the primitive wants otherwise is
/// reordered on the way in or out, into scratch memory.
class OneDnnKernel : public Kernel {
 public:
  void run(const RunContext& context) override;
  std::int64_t scratch_bytes() const override { return scratch_bytes_; }
  void set_scratch(std::byte* scratch) override;
  KernelSummary summary() const override { return summary_; }

 protected:
  OneDnnKernel();
  /// An operand that is given as `given`, where the primitive wants `wanted`.
  void add_input(int argument, Buffer buffer, const dnnl::memory::desc& given,
                 const dnnl::memory::desc& wanted);
  void add_output(int argument, Buffer buffer, const dnnl::memory::desc& given,
                  const dnnl::memory::desc& wanted);
  void set_primitive(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad);

  KernelSummary summary_;

 private:
  struct Argument {
    int number;
    Buffer buffer;
    /// Ours, at buffer's address.
    dnnl::memory given;
    /// The primitive's, in scratch, when the layouts differ.
    dnnl::memory wanted;
    bool reorders;
    bool output;
    dnnl::reorder reorder;
    std::int64_t scratch_offset;
    void* bound = nullptr;
  };

  void add(int argument, Buffer buffer, const dnnl::memory::desc& given,
           const dnnl::memory::desc& wanted, bool output);

  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::vector<Argument> arguments_;
  OneDnnArguments primitive_arguments_;
  std::int64_t scratch_bytes_ = 0;
  std::int64_t scratchpad_offset_ = 0;
  dnnl::memory scratchpad_;
};

}  // namespace elbo::cpu
