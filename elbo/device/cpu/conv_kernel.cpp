// The three convolutions, through oneDNN's own. Images stay (N, H, W, C) in memory, which oneDNN
// calls nhwc; weights are (KH, KW, I, O), which it calls hwio, and are reordered to what the
// primitive prefers.
#include "elbo/device/cpu/conv_geometry.h"
#include "elbo/device/cpu/onednn.h"

namespace elbo::cpu {
namespace {

using Desc = dnnl::memory::desc;
using Type = dnnl::memory::data_type;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

/// (N, H, W, C) in memory as oneDNN's logical (N, C, H, W).
Desc image_desc(Type type, const Extents& e) {
  return array_desc(type, {e[0], e[3], e[1], e[2]}, {e[1] * e[2] * e[3], 1, e[2] * e[3], e[3]});
}

/// (KH, KW, I, O) in memory as oneDNN's logical (O, I, KH, KW).
Desc weights_desc(Type type, const Extents& e) {
  return array_desc(type, {e[3], e[2], e[0], e[1]}, {1, e[3], e[1] * e[2] * e[3], e[2] * e[3]});
}

Desc any_layout(Type type, const Extents& e) {
  return {{e[3], e[2], e[0], e[1]}, type, dnnl::memory::format_tag::any};
}

/// What all three primitives are made from, in the order in which oneDNN takes it.
struct Operands {
  Operands(const ConvGeometry& g, Type x_type, Type weights_type, Type y_type)
      : x(image_desc(x_type, g.x)),
        weights(any_layout(weights_type, g.weights)),
        y(image_desc(y_type, g.y)),
        strides{g.stride, g.stride},
        padding_begin{g.padding_begin, g.padding_begin},
        padding_end{g.padding_end(1), g.padding_end(2)} {}
  Desc x, weights, y;
  dnnl::memory::dims strides, padding_begin, padding_end;
};

using Forward = dnnl::convolution_forward;

Forward::primitive_desc forward_desc(const Operands& o, const Desc& bias, bool with_relu,
                                     dnnl::prop_kind kind) {
  const dnnl::primitive_attr attributes = onednn_attributes(with_relu);
#if DNNL_VERSION_MAJOR >= 3
  return {onednn_engine(), kind,          kDirect,   o.x, o.weights, bias, o.y, o.strides,
          o.padding_begin, o.padding_end, attributes};
#else
  const bool has_bias = bias.data.ndims > 0;
  return {has_bias ? Forward::desc(kind, kDirect, o.x, o.weights, bias, o.y, o.strides,
                                   o.padding_begin, o.padding_end)
                   : Forward::desc(kind, kDirect, o.x, o.weights, o.y, o.strides, o.padding_begin,
                                   o.padding_end),
          attributes, onednn_engine()};
#endif
}

/// Gradient: dnnl::convolution_backward_data or dnnl::convolution_backward_weights.
template <typename Gradient>
typename Gradient::primitive_desc gradient_desc(const ConvGeometry& g, const Operands& o,
                                                Type type) {
  const auto hint =
      forward_desc(Operands(g, type, type, type), Desc(), false, dnnl::prop_kind::forward_training);
  const dnnl::primitive_attr attributes = onednn_attributes(false);
#if DNNL_VERSION_MAJOR >= 3
  return {onednn_engine(), kDirect,         o.x,           o.weights, o.y,
          o.strides,       o.padding_begin, o.padding_end, hint,      attributes};
#else
  const typename Gradient::desc operation(kDirect, o.x, o.weights, o.y, o.strides, o.padding_begin,
                                          o.padding_end);
  return {operation, attributes, onednn_engine(), hint};
#endif
}

/// True when the convolution reads its operands in the plan's precision.
bool reads_rounded(const KernelContext& context, const Group& group) {
  if (context.precision == Precision::fp32) return false;
  const NodeId id = group.nodes.front();
  const Op op = context.node(id).op;
  // oneDNN's bfloat16 gradients of convolution weights are slower than single precision, and its
  // bfloat16 convolutions want whole vectors of channels.
  constexpr std::int64_t kVector = 16;
  const ConvGeometry g = conv_geometry(context, id);
  return op != Op::conv2d_weight_gradient && g.x[3] % kVector == 0 && g.y[3] % kVector == 0;
}

class ConvKernel : public OneDnnKernel {
 public:
  ConvKernel(const KernelContext& context, const Group& group) {
    const Node& node = context.node(group.nodes.front());
    const ConvGeometry g = conv_geometry(context, group.nodes.front());
    const bool rounded = reads_rounded(context, group);
    const auto operand = [&](std::size_t i) {
      const NodeId id = node.inputs[i];
      return rounded ? product_operand(context, id) : Operand{context.buffer(id)};
    };
    const Operand first = operand(0), second = operand(1);
    const Type type = first.type;
    const Buffer result = context.buffer(group.nodes.back());
    if (node.op == Op::conv2d) {
      const Epilogue epilogue = epilogue_of(context, group);
      const Operands operands(g, type, type, Type::f32);
      const Desc bias = epilogue.has_bias() ? f32_desc({g.y[3]}) : Desc();
      const auto desc =
          forward_desc(operands, bias, epilogue.relu, dnnl::prop_kind::forward_inference);
      add_input(DNNL_ARG_SRC, first.buffer, operands.x, desc.src_desc());
      add_input(DNNL_ARG_WEIGHTS, second.buffer, weights_desc(type, g.weights),
                desc.weights_desc());
      if (epilogue.has_bias()) {
        add_input(DNNL_ARG_BIAS, context.buffer(epilogue.bias), bias, bias);
      }
      add_output(DNNL_ARG_DST, result, operands.y, desc.dst_desc());
      finish<Forward>(desc, node.op, g, epilogue.to_string() + precision_suffix(first));
    } else if (node.op == Op::conv2d_input_gradient) {
      const Operands operands(g, Type::f32, type, type);
      const auto desc = gradient_desc<dnnl::convolution_backward_data>(g, operands, type);
      add_input(DNNL_ARG_DIFF_DST, first.buffer, operands.y, desc.diff_dst_desc());
      add_input(DNNL_ARG_WEIGHTS, second.buffer, weights_desc(type, g.weights),
                desc.weights_desc());
      add_output(DNNL_ARG_DIFF_SRC, result, operands.x, desc.diff_src_desc());
      finish<dnnl::convolution_backward_data>(desc, node.op, g, precision_suffix(first));
    } else {
      const Operands operands(g, type, Type::f32, type);
      const auto desc = gradient_desc<dnnl::convolution_backward_weights>(g, operands, type);
      add_input(DNNL_ARG_SRC, first.buffer, operands.x, desc.src_desc());
      add_input(DNNL_ARG_DIFF_DST, second.buffer, operands.y, desc.diff_dst_desc());
      add_output(DNNL_ARG_DIFF_WEIGHTS, result, weights_desc(Type::f32, g.weights),
                 desc.diff_weights_desc());
      finish<dnnl::convolution_backward_weights>(desc, node.op, g, "");
    }
  }

 private:
  template <typename Primitive>
  void finish(const typename Primitive::primitive_desc& desc, Op op, const ConvGeometry& g,
              const std::string& how) {
    set_primitive(Primitive(desc), desc.scratchpad_desc());
    summary_ = {.name = name_of(op),
                .detail = g.to_string() + how + " [" + desc.impl_info_str() + "]",
                .flops = g.flops(),
                .bytes = g.bytes()};
  }
};

}  // namespace

std::unique_ptr<Kernel> make_conv_kernel(const KernelContext& context, const Group& group) {
  if (prefers_lowering(context, group)) return make_lowered_conv_kernel(context, group);
  return std::make_unique<ConvKernel>(context, group);
}

}  // namespace elbo::cpu
