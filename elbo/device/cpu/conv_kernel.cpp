// The three convolutions, through oneDNN. Images stay (N, H, W, C) in memory, which oneDNN calls
// nhwc; weights are (KH, KW, I, O), which it calls hwio, and are reordered to what the primitive
// prefers.
#include "elbo/base/check.h"
#include "elbo/device/cpu/onednn.h"

namespace elbo::cpu {
namespace {

using Desc = dnnl::memory::desc;

/// (N, H, W, C) in memory as oneDNN's logical (N, C, H, W).
Desc image_desc(const Extents& e) {
  return f32_desc({e[0], e[3], e[1], e[2]}, {e[1] * e[2] * e[3], 1, e[2] * e[3], e[3]});
}

/// (KH, KW, I, O) in memory as oneDNN's logical (O, I, KH, KW).
Desc weights_desc(const Extents& e) {
  return f32_desc({e[3], e[2], e[0], e[1]}, {1, e[3], e[1] * e[2] * e[3], e[2] * e[3]});
}

Desc any(const Desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return {desc.get_dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
#else
  return {desc.dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
#endif
}

/// Shapes of x, weights and y, whichever of them the operation computes.
struct Geometry {
  Extents x, weights, y;
  dnnl::memory::dims strides, padding_begin, padding_end;
};

Geometry geometry_of(const KernelContext& context, NodeId id) {
  const Node& node = context.node(id);
  const Extents result = context.extents(id);
  const Extents first = context.extents(node.inputs[0]), second = context.extents(node.inputs[1]);
  const auto attributes = node.get<Conv2dAttributes>();
  Geometry geometry{.x = first,
                    .weights = second,
                    .y = result,
                    .strides = {},
                    .padding_begin = {},
                    .padding_end = {}};
  if (node.op == Op::conv2d_input_gradient) {
    geometry.x = result;
    geometry.y = first;
  } else if (node.op == Op::conv2d_weight_gradient) {
    geometry.weights = result;
    geometry.y = second;
  }
  geometry.strides = {attributes.stride, attributes.stride};
  geometry.padding_begin = {attributes.padding_begin, attributes.padding_begin};
  // oneDNN wants the padding that is really read, which rounding down may have shortened.
  const auto needed = [&](std::size_t axis) {
    return (geometry.y[axis] - 1) * attributes.stride + geometry.weights[axis - 1] -
           geometry.x[axis] - attributes.padding_begin;
  };
  geometry.padding_end = {needed(1), needed(2)};
  return geometry;
}

#if DNNL_VERSION_MAJOR < 3
using ForwardDesc = dnnl::convolution_forward::primitive_desc;
using DataDesc = dnnl::convolution_backward_data::primitive_desc;
using WeightsDesc = dnnl::convolution_backward_weights::primitive_desc;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

ForwardDesc forward_desc(const Geometry& g, const Desc* bias, bool with_relu, bool training) {
  const auto kind =
      training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  const Desc x = image_desc(g.x), w = any(weights_desc(g.weights)), y = image_desc(g.y);
  const auto operation =
      bias != nullptr ? dnnl::convolution_forward::desc(kind, kDirect, x, w, *bias, y, g.strides,
                                                        g.padding_begin, g.padding_end)
                      : dnnl::convolution_forward::desc(kind, kDirect, x, w, y, g.strides,
                                                        g.padding_begin, g.padding_end);
  return {operation, onednn_attributes(with_relu), onednn_engine()};
}

DataDesc data_desc(const Geometry& g) {
  const dnnl::convolution_backward_data::desc operation(
      kDirect, image_desc(g.x), any(weights_desc(g.weights)), image_desc(g.y), g.strides,
      g.padding_begin, g.padding_end);
  return {operation, onednn_attributes(false), onednn_engine(),
          forward_desc(g, nullptr, false, true)};
}

WeightsDesc weights_gradient_desc(const Geometry& g) {
  const dnnl::convolution_backward_weights::desc operation(
      kDirect, image_desc(g.x), any(weights_desc(g.weights)), image_desc(g.y), g.strides,
      g.padding_begin, g.padding_end);
  return {operation, onednn_attributes(false), onednn_engine(),
          forward_desc(g, nullptr, false, true)};
}
#else
using ForwardDesc = dnnl::convolution_forward::primitive_desc;
using DataDesc = dnnl::convolution_backward_data::primitive_desc;
using WeightsDesc = dnnl::convolution_backward_weights::primitive_desc;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

ForwardDesc forward_desc(const Geometry& g, const Desc* bias, bool with_relu, bool training) {
  const auto kind =
      training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  return {onednn_engine(),
          kind,
          kDirect,
          image_desc(g.x),
          any(weights_desc(g.weights)),
          bias != nullptr ? *bias : Desc(),
          image_desc(g.y),
          g.strides,
          g.padding_begin,
          g.padding_end,
          onednn_attributes(with_relu)};
}

DataDesc data_desc(const Geometry& g) {
  return {onednn_engine(),
          kDirect,
          image_desc(g.x),
          any(weights_desc(g.weights)),
          image_desc(g.y),
          g.strides,
          g.padding_begin,
          g.padding_end,
          forward_desc(g, nullptr, false, true),
          onednn_attributes(false)};
}

WeightsDesc weights_gradient_desc(const Geometry& g) {
  return {onednn_engine(),
          kDirect,
          image_desc(g.x),
          any(weights_desc(g.weights)),
          image_desc(g.y),
          g.strides,
          g.padding_begin,
          g.padding_end,
          forward_desc(g, nullptr, false, true),
          onednn_attributes(false)};
}
#endif

class ConvKernel : public OneDnnKernel {
 public:
  ConvKernel(const KernelContext& context, const Group& group) {
    const NodeId id = group.nodes.front();
    const Node& node = context.node(id);
    const Geometry g = geometry_of(context, id);
    const Desc x = image_desc(g.x), weights = weights_desc(g.weights), y = image_desc(g.y);
    const Buffer first = context.buffer(node.inputs[0]), second = context.buffer(node.inputs[1]);
    const Buffer result = context.buffer(group.nodes.back());
    std::string implementation;
    if (node.op == Op::conv2d) {
      bool with_relu = false;
      NodeId bias = -1;
      for (const NodeId epilogue : group.nodes) {
        if (context.node(epilogue).op == Op::relu) with_relu = true;
        if (context.node(epilogue).op == Op::add) bias = context.node(epilogue).inputs[1];
      }
      const Desc bias_desc = f32_desc({g.y[3]});
      const ForwardDesc desc = forward_desc(g, bias < 0 ? nullptr : &bias_desc, with_relu, false);
      add_input(DNNL_ARG_SRC, first, x, desc.src_desc());
      add_input(DNNL_ARG_WEIGHTS, second, weights, desc.weights_desc());
      if (bias >= 0) add_input(DNNL_ARG_BIAS, context.buffer(bias), bias_desc, bias_desc);
      add_output(DNNL_ARG_DST, result, y, desc.dst_desc());
      set_primitive(dnnl::convolution_forward(desc), desc.scratchpad_desc());
      implementation = desc.impl_info_str();
    } else if (node.op == Op::conv2d_input_gradient) {
      const DataDesc desc = data_desc(g);
      add_input(DNNL_ARG_DIFF_DST, first, y, desc.diff_dst_desc());
      add_input(DNNL_ARG_WEIGHTS, second, weights, desc.weights_desc());
      add_output(DNNL_ARG_DIFF_SRC, result, x, desc.diff_src_desc());
      set_primitive(dnnl::convolution_backward_data(desc), desc.scratchpad_desc());
      implementation = desc.impl_info_str();
    } else {
      const WeightsDesc desc = weights_gradient_desc(g);
      add_input(DNNL_ARG_SRC, first, x, desc.src_desc());
      add_input(DNNL_ARG_DIFF_DST, second, y, desc.diff_dst_desc());
      add_output(DNNL_ARG_DIFF_WEIGHTS, result, weights, desc.diff_weights_desc());
      set_primitive(dnnl::convolution_backward_weights(desc), desc.scratchpad_desc());
      implementation = desc.impl_info_str();
    }
    const double flops = 2.0 * static_cast<double>(element_count(g.y)) *
                         static_cast<double>(g.weights[0] * g.weights[1] * g.weights[2]);
    summary_ = {.name = name_of(node.op),
                .detail = to_string(g.x) + " * " + to_string(g.weights) + " -> " + to_string(g.y) +
                          " [" + implementation + "]",
                .flops = flops,
                .bytes = 4.0 * static_cast<double>(element_count(g.x) + element_count(g.weights) +
                                                   element_count(g.y))};
  }
};

}  // namespace

std::unique_ptr<Kernel> make_conv_kernel(const KernelContext& context, const Group& group) {
  return std::make_unique<ConvKernel>(context, group);
}

}  // namespace elbo::cpu
