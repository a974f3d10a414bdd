#include "elbo/device/cpu/product.h"

namespace elbo::cpu {

double ProductShape::flops() const {
  return 2.0 * static_cast<double>(rows * columns) * static_cast<double>(inner);
}

double ProductShape::bytes() const {
  return 4.0 * static_cast<double>(rows * inner + inner * columns + rows * columns);
}

std::string ProductShape::to_string() const {
  return elbo::to_string(Extents{rows, inner}) + (transpose_a ? "^T x " : " x ") +
         elbo::to_string(Extents{inner, columns}) + (transpose_b ? "^T" : "");
}

void ProductKernel::set_product(const KernelContext& context, const ProductShape& shape,
                                const Operand& a, const Operand& b, Buffer result,
                                const Epilogue& epilogue) {
  const auto [rows, inner, columns, transpose_a, transpose_b] = shape;
  const auto a_desc =
      array_desc(a.type, {rows, inner}, transpose_a ? Extents{1, rows} : Extents{inner, 1});
  const auto b_desc =
      array_desc(b.type, {inner, columns}, transpose_b ? Extents{1, inner} : Extents{columns, 1});
  const auto c_desc = f32_desc({rows, columns});
  const auto bias_desc = epilogue.has_bias() ? f32_desc({1, columns}) : dnnl::memory::desc();
  const dnnl::primitive_attr attributes = onednn_attributes(epilogue.relu);
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::matmul::primitive_desc primitive(onednn_engine(), a_desc, b_desc, bias_desc, c_desc,
                                               attributes);
#else
  const dnnl::matmul::desc operation = epilogue.has_bias()
                                           ? dnnl::matmul::desc(a_desc, b_desc, bias_desc, c_desc)
                                           : dnnl::matmul::desc(a_desc, b_desc, c_desc);
  const dnnl::matmul::primitive_desc primitive(operation, attributes, onednn_engine());
#endif
  add_input(DNNL_ARG_SRC, a.buffer, a_desc, a_desc);
  add_input(DNNL_ARG_WEIGHTS, b.buffer, b_desc, b_desc);
  if (epilogue.has_bias()) {
    add_input(DNNL_ARG_BIAS, context.buffer(epilogue.bias), bias_desc, bias_desc);
  }
  add_output(DNNL_ARG_DST, result, c_desc, c_desc);
  set_primitive(dnnl::matmul(primitive), primitive.scratchpad_desc());
  implementation_ = primitive.impl_info_str();
}

}  // namespace elbo::cpu
