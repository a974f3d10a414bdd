// One case per operation (and per way it is used). From a case follow its agreement with the
// reference device, its finite-difference gradient, and its entry in the benchmark.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "elbo/graph/graph.h"

namespace elbo::testing {

struct OperandSpec {
  Shape shape;
  /// Elements are uniform in [low, high], away from points where the operation has a kink.
  double low = -2;
  double high = 2;
};

struct OpCase {
  std::string name;
  std::vector<OperandSpec> operands;
  std::function<Value(const std::vector<Value>&)> build;
  /// False for comparisons and the like, whose gradient is zero by definition.
  bool differentiable = true;
  /// Largest error relative to the largest element, single against double precision. Products of a
  /// few hundred terms lose a few bits; transcendental functions are good to 4 units in the last
  /// place.
  double tolerance = 4e-6;
};

/// How a test's output names a case.
inline void PrintTo(const OpCase& op_case, std::ostream* out) {
  *out << op_case.name;
}

const std::vector<OpCase>& op_cases();

/// A case's graph: operands as inputs "x0", "x1", ..., and the result.
struct BuiltCase {
  std::vector<Value> operands;
  Value result;
};
BuiltCase build(Graph& graph, const OpCase& op_case);

/// Elements for the operands, by seed.
std::vector<std::vector<double>> random_operands(const OpCase& op_case, std::int64_t batch_size,
                                                 std::uint64_t seed);

}  // namespace elbo::testing
