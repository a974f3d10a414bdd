// Vector-Jacobian products, one function a family of operations: given the gradient of a scalar
// with respect to a node's result, the gradients with respect to its operands, as new nodes.
#pragma once

#include <vector>

#include "elbo/graph/graph.h"

namespace elbo {

/// Entries may be null: no gradient flows to that operand.
using OperandGradients = std::vector<Value>;

OperandGradients vjp_of_map(Value node, Value d_node);
OperandGradients vjp_of_contraction(Value node, Value d_node);
OperandGradients vjp_of_reduction(Value node, Value d_node);
OperandGradients vjp_of_shape_op(Value node, Value d_node);

}  // namespace elbo
