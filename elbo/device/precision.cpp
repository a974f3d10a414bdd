#include "elbo/device/precision.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/device/cpu/cpu_executor.h"

namespace elbo {

bool has_bf16_instructions() {
  return cpu_has_bf16_instructions();
}

Precision usable_precision(Precision wanted) {
  return wanted == Precision::bf16 && !has_bf16_instructions() ? Precision::fp32 : wanted;
}

const std::vector<std::string>& precision_names() {
  static const std::vector<std::string> names = {"fp32", "bf16", "bf16_emulated"};
  return names;
}

const std::string& name_of(Precision precision) {
  return precision_names()[static_cast<std::size_t>(precision)];
}

Precision precision_from_name(const std::string& name) {
  const auto& names = precision_names();
  const auto found = std::find(names.begin(), names.end(), name);
  ELBO_ASSERT(found != names.end());
  return static_cast<Precision>(found - names.begin());
}

}  // namespace elbo
