#include "elbo/device/cpu/onednn.h"

#include "elbo/device/cpu/operand_copies.h"
#include "elbo/graph/memory.h"

namespace elbo::cpu {

const dnnl::engine& onednn_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc array_desc(dnnl::memory::data_type type, const Extents& extents,
                              const Extents& strides) {
  Extents filled = strides;
  if (filled.empty()) {
    filled.assign(extents.size(), 1);
    for (std::size_t i = extents.size(); i-- > 1;) filled[i - 1] = filled[i] * extents[i];
  }
  return {extents, type, filled};
}

dnnl::memory::desc f32_desc(const Extents& extents, const Extents& strides) {
  return array_desc(dnnl::memory::data_type::f32, extents, strides);
}

Operand product_operand(const KernelContext& context, NodeId id) {
  if (context.precision == Precision::fp32) return {context.buffer(id)};
  const bool is_bf16 = context.precision == Precision::bf16;
  const Buffer copy = context.copies.request(
      context.root(id),
      {.words = words_of(context.precision), .rows = 1, .columns = context.count(id)});
  return {copy, is_bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32};
}

std::string precision_suffix(const Operand& operand) {
  return operand.type == dnnl::memory::data_type::bf16 ? ", bf16" : "";
}

dnnl::primitive_attr onednn_attributes(bool with_relu) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (with_relu) {
    dnnl::post_ops post_ops;
#if DNNL_VERSION_MAJOR >= 3
    post_ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#else
    post_ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#endif
    attributes.set_post_ops(post_ops);
  }
  return attributes;
}

OneDnnKernel::OneDnnKernel() : stream_(onednn_engine()) {}

void OneDnnKernel::add(int argument, Buffer buffer, const dnnl::memory::desc& given,
                       const dnnl::memory::desc& wanted, bool output) {
  const dnnl::engine& engine = onednn_engine();
  Argument operand{.number = argument,
                   .buffer = buffer,
                   .given = dnnl::memory(given, engine, nullptr),
                   .wanted = {},
                   .reorders = given != wanted,
                   .output = output,
                   .reorder = {},
                   .scratch_offset = 0};
  if (operand.reorders) {
    operand.wanted = dnnl::memory(wanted, engine, nullptr);
    operand.reorder = output ? dnnl::reorder(operand.wanted, operand.given)
                             : dnnl::reorder(operand.given, operand.wanted);
    operand.scratch_offset = scratch_bytes_;
    scratch_bytes_ += (static_cast<std::int64_t>(wanted.get_size()) + kAlignmentBytes - 1) /
                      kAlignmentBytes * kAlignmentBytes;
  }
  primitive_arguments_.emplace(argument, operand.reorders ? operand.wanted : operand.given);
  arguments_.push_back(std::move(operand));
}

void OneDnnKernel::add_input(int argument, Buffer buffer, const dnnl::memory::desc& given,
                             const dnnl::memory::desc& wanted) {
  add(argument, buffer, given, wanted, false);
}

void OneDnnKernel::add_output(int argument, Buffer buffer, const dnnl::memory::desc& given,
                              const dnnl::memory::desc& wanted) {
  add(argument, buffer, given, wanted, true);
}

void OneDnnKernel::set_primitive(const dnnl::primitive& primitive,
                                 const dnnl::memory::desc& scratchpad) {
  primitive_ = primitive;
  scratchpad_ = dnnl::memory(scratchpad, onednn_engine(), nullptr);
  scratchpad_offset_ = scratch_bytes_;
  scratch_bytes_ += static_cast<std::int64_t>(scratchpad.get_size());
  primitive_arguments_.emplace(DNNL_ARG_SCRATCHPAD, scratchpad_);
}

void OneDnnKernel::set_scratch(std::byte* scratch) {
  if (scratch_bytes_ == 0) return;
  scratchpad_.set_data_handle(scratch + scratchpad_offset_);
  for (Argument& operand : arguments_) {
    if (operand.reorders) operand.wanted.set_data_handle(scratch + operand.scratch_offset);
  }
}

void OneDnnKernel::run(const RunContext&) {
  for (Argument& operand : arguments_) {
    void* address = operand.buffer.as<void>();
    if (operand.bound == address) continue;
    operand.given.set_data_handle(address);
    operand.bound = address;
  }
  for (Argument& operand : arguments_) {
    if (operand.reorders && !operand.output) {
      operand.reorder.execute(stream_, operand.given, operand.wanted);
    }
  }
  primitive_.execute(stream_, primitive_arguments_);
  for (Argument& operand : arguments_) {
    if (operand.reorders && operand.output) {
      operand.reorder.execute(stream_, operand.wanted, operand.given);
    }
  }
}

}  // namespace elbo::cpu
