// C = A B where A has few rows or few columns, as in training with a batch of a few examples. Each
// element of B is then used a few times at most, so laying B out for the micro-kernels would cost
// more than the product: here B is read where it lies, once and in order.
#pragma once

#include <cstdint>

namespace elbo::cpu {

struct ThinProduct {
  std::int64_t rows = 0, columns = 0, inner = 0;
  /// Element k of row i of A is at i * a_row + k * a_step.
  std::int64_t a_row = 0, a_step = 1;
  /// B in memory is (columns, inner) instead of (inner, columns). Then a_step has to be 1.
  bool b_is_transposed = false;
  bool relu = false;
  int threads = 1;

  /// c: (rows, columns). bias: null or one float a column. Results don't depend on the number of
  /// threads; those with a B that is not transposed are what the micro-kernels give for as many
  /// words as they take in one block.
  void run(const float* a, const float* b, float* c, const float* bias) const;
};

}  // namespace elbo::cpu
