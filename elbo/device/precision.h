// In which precision a plan multiplies matrices.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elbo {

enum class Precision : std::uint8_t {
  fp32,
  /// Operands of products and convolutions are rounded to bfloat16 (8 bits of mantissa, the range
  /// of single precision); sums, and everything else, stay in single precision.
  bf16,
  /// The same rounding on a machine without bfloat16 instructions, in single precision: slower than
  /// fp32, and equal to bf16 but for the order of sums. To try out what bf16 does to a model.
  bf16_emulated,
};

/// True when this machine multiplies bfloat16 faster than single precision.
bool has_bf16_instructions();

/// What a request comes to on this machine: bf16 without the instructions becomes fp32.
Precision usable_precision(Precision wanted);

const std::vector<std::string>& precision_names();
const std::string& name_of(Precision precision);
/// One of precision_names().
Precision precision_from_name(const std::string& name);

}  // namespace elbo
