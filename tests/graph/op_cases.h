// One case per operation (and per way it is used). From a case follow its agreement with the
// reference device, its finite-difference gradient, and its entry in the benchmark.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "elbo/device/plan.h"
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

/// A case's graph: operands "x0", "x1", ..., and the result. As in a model, what has an axis N is
/// an input and what has none is a parameter, so that products find the biases of their epilogues.
struct BuiltCase {
  std::vector<Value> operands;
  Value result;
};
BuiltCase build(Graph& graph, const OpCase& op_case);

/// Elements for the operands, by seed.
std::vector<std::vector<double>> random_operands(const OpCase& op_case, std::int64_t batch_size,
                                                 std::uint64_t seed);

/// The elements in single precision, where a plan of the graph wants them.
class OperandMemory {
 public:
  OperandMemory(const Graph& graph, const BuiltCase& built,
                const std::vector<std::vector<double>>& elements);
  const float* parameters() const { return parameters_.data(); }
  void bind(Plan& plan) const;

 private:
  std::vector<float> parameters_;
  /// By name; empty for parameters.
  std::vector<std::pair<std::string, std::vector<float>>> inputs_;
};

}  // namespace elbo::testing
