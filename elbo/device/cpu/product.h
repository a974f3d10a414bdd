// Matrix products with their epilogue, for the kernels that are one (matmul_kernel.cpp) or contain
// one (lowered_conv_kernel.cpp).
#pragma once

#include <string>

#include "elbo/device/cpu/onednn.h"

namespace elbo::cpu {

/// (rows, inner) x (inner, columns), each operand perhaps transposed in memory.
struct ProductShape {
  std::int64_t rows = 0, inner = 0, columns = 0;
  bool transpose_a = false, transpose_b = false;

  double flops() const;
  /// What is read and written, once each, in f32.
  double bytes() const;
  std::string to_string() const;
};

class ProductKernel : public OneDnnKernel {
 protected:
  void set_product(const KernelContext& context, const ProductShape& shape, const Operand& a,
                   const Operand& b, Buffer result, const Epilogue& epilogue);
  /// oneDNN's name for how it computes the product.
  const std::string& implementation() const { return implementation_; }

 private:
  std::string implementation_;
};

}  // namespace elbo::cpu
