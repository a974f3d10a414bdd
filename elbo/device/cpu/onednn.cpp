#include "elbo/device/cpu/onednn.h"

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
  switch (context.precision) {
    case Precision::fp32:
      return {context.buffer(id)};
    case Precision::bf16:
      return {context.rounded(id), dnnl::memory::data_type::bf16};
    case Precision::bf16_emulated:
      break;
  }
  return {context.rounded(id)};
}

std::string precision_suffix(const Operand& operand) {
  return operand.type == dnnl::memory::data_type::bf16 ? ", bf16" : "";
}

std::string Epilogue::to_string() const {
  return std::string(has_bias() ? " + bias" : "") + (relu ? ", relu" : "");
}

Epilogue epilogue_of(const KernelContext& context, const Group& group) {
  Epilogue epilogue;
  for (const NodeId id : group.nodes) {
    if (context.node(id).op == Op::relu) epilogue.relu = true;
    if (context.node(id).op == Op::add) epilogue.bias = context.node(id).inputs[1];
  }
  return epilogue;
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

bool has_fast_bf16() {
  // oneDNN's names of instruction sets grow with what they hold, but for AVX-VNNI without AVX-512.
  using dnnl::cpu_isa;
  const cpu_isa isa = dnnl::get_effective_cpu_isa();
  const auto holds = [isa](cpu_isa wanted) {
    const auto bits = static_cast<unsigned>(wanted);
    return (static_cast<unsigned>(isa) & bits) == bits;
  };
  return holds(cpu_isa::avx512_core_bf16);
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
