// What a contraction's own pass does to its result: adds a bias along the last axis, then relu.
#pragma once

#include <string>

#include "elbo/device/cpu/kernel.h"

namespace elbo::cpu {

struct Epilogue {
  NodeId bias = -1;
  bool relu = false;
  bool has_bias() const { return bias >= 0; }
  /// For the plan's listing.
  std::string to_string() const {
    return std::string(has_bias() ? " + bias" : "") + (relu ? ", relu" : "");
  }
};

/// The group's, whose first node is the contraction.
inline Epilogue epilogue_of(const KernelContext& context, const Group& group) {
  Epilogue epilogue;
  for (const NodeId id : group.nodes) {
    if (context.node(id).op == Op::relu) epilogue.relu = true;
    if (context.node(id).op == Op::add) epilogue.bias = context.node(id).inputs[1];
  }
  return epilogue;
}

}  // namespace elbo::cpu
