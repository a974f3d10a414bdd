// Vectorised loops over tiles, for the best instruction set that this machine has. Tiles hold
// floats; pointers need no alignment; result tiles may be operand tiles.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "elbo/graph/op.h"

namespace elbo::cpu {

using TileFunction = void (*)(const float* a, const float* b, const float* c, float* result,
                              std::size_t count);

using RowsFunction = void (*)(const float* x, std::size_t rows, std::size_t columns, float* result);

struct TileFunctions {
  /// By Op; null for operations that aren't maps. broadcast_to copies.
  std::array<TileFunction, kOpCount> map{};
  /// Both at once, for what they share; a result may be the operand.
  void (*softplus_and_sigmoid)(const float* x, float* softplus, float* sigmoid,
                               std::size_t count) = nullptr;
  /// x times relu's slope at y: x * (0 < y). By whether x is in bfloat16, then whether y is; floats
  /// otherwise.
  void (*times_slope[2][2])(const void* x, const void* y, float* result, std::size_t count) = {};
  float (*sum)(const float* x, std::size_t count) = nullptr;
  float (*max)(const float* x, std::size_t count) = nullptr;
  /// The same of every row of x (rows, columns); the result may begin where x does.
  RowsFunction sum_rows = nullptr;
  RowsFunction max_rows = nullptr;
  /// Row r of the result (rows, columns) is x[r], columns times.
  RowsFunction spread_rows = nullptr;
  /// result += the sum of x (rows, columns) over its rows, one after the other.
  RowsFunction accumulate_rows = nullptr;
  /// result += x.
  void (*accumulate)(const float* x, float* result, std::size_t count) = nullptr;
  /// result = max(result, x).
  void (*accumulate_max)(const float* x, float* result, std::size_t count) = nullptr;
  void (*fill)(float value, float* result, std::size_t count) = nullptr;
  /// To the nearest bfloat16, ties to even; NaN stays NaN, and subnormal numbers may become zero.
  void (*to_bf16)(const float* x, std::uint16_t* result, std::size_t count) = nullptr;
  /// The same, as floats.
  void (*round_to_bf16)(const float* x, float* result, std::size_t count) = nullptr;
  void (*from_bf16)(const std::uint16_t* x, float* result, std::size_t count) = nullptr;
  void (*from_u8)(const std::uint8_t* x, float* result, std::size_t count) = nullptr;
};

/// The table for this machine; cheap, and the same at every call.
const TileFunctions& tile_functions();
/// "AVX2", "AVX3", ...: the instruction set in use.
const char* instruction_set();

}  // namespace elbo::cpu
