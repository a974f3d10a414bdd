// Computes outputs of a graph in one call: what most tests of the engine need.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "elbo/device/plan.h"

namespace elbo::testing {

using Floats = std::vector<float>;
using Inputs = std::map<std::string, Floats>;

/// The outputs' elements, each output's row-major.
inline std::vector<Floats> run_plan(const Graph& graph, const std::vector<Value>& outputs,
                                    const Inputs& inputs = {}, const PlanOptions& options = {},
                                    const RunContext& context = {},
                                    const float* parameters = nullptr) {
  Plan plan(graph, {outputs.begin(), outputs.end()}, parameters, options);
  for (const auto& [name, values] : inputs) plan.bind_input(name, values.data());
  plan.run(context);
  std::vector<Floats> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto values = plan.output(i);
    results.emplace_back(values.begin(), values.end());
  }
  return results;
}

struct Moments {
  double mean = 0;
  double variance = 0;
  /// Of the mean.
  double standard_error = 0;
};

/// Of every `stride`-th element from `first` on.
inline Moments moments_of(const Floats& values, std::size_t first = 0, std::size_t stride = 1) {
  double sum = 0, squares = 0, count = 0;
  for (std::size_t i = first; i < values.size(); i += stride) {
    sum += values[i];
    ++count;
  }
  const double mean = sum / count;
  for (std::size_t i = first; i < values.size(); i += stride) {
    squares += (values[i] - mean) * (values[i] - mean);
  }
  const double variance = squares / (count - 1);
  return {mean, variance, std::sqrt(variance / count)};
}

}  // namespace elbo::testing
