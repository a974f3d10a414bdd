// The primitive operations. Everything bigger is composed from these; see docs/extending.md for how
// to add one.
#pragma once

#include <cstdint>

namespace elbo {

enum class Op : std::uint8_t {
  // Leaves.
  parameter,
  input,
  constant,
  random_uniform,
  random_normal,
  // Elementwise maps of two or three values, with broadcasting.
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  less,
  equal,
  select,
  // Elementwise maps of one value.
  negate,
  exp,
  log,
  sqrt,
  tanh,
  sigmoid,
  softplus,
  relu,
  absolute,
  stop_gradient,
  broadcast_to,
  gather,
  // Contractions.
  matmul,
  conv2d,
  conv2d_input_gradient,
  conv2d_weight_gradient,
  // Reductions over adjacent axes.
  sum,
  max,
  // Views and copies.
  reshape,
  transpose,
  slice,
  concat,
};

inline constexpr int kOpCount = static_cast<int>(Op::concat) + 1;

const char* name_of(Op op);

constexpr bool is_leaf(Op op) {
  return op <= Op::random_normal;
}
/// One output element depends on one element of each operand: these fuse into chains.
constexpr bool is_map(Op op) {
  return op >= Op::add && op <= Op::gather;
}
constexpr bool is_contraction(Op op) {
  return op >= Op::matmul && op <= Op::conv2d_weight_gradient;
}
constexpr bool is_reduction(Op op) {
  return op == Op::sum || op == Op::max;
}

}  // namespace elbo
