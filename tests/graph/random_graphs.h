// Graphs grown at random, for properties that must hold for every graph.
#pragma once

#include <vector>

#include "elbo/base/philox.h"
#include "elbo/graph/ops.h"

namespace elbo::testing {

/// Values of shapes (N, 6), (N, 1), (N), (6) and (6, 6), made from each other by operations whose
/// results stay of the order of one. Inputs: "x" (N, 6), "row" (6), "w" (6, 6).
inline std::vector<Value> grow_graph(Graph& graph, RandomSequence& random, int operations) {
  const Shape table{kBatch, 6};
  const Value w = graph.input("w", Shape{6, 6});
  std::vector<Value> tables{graph.input("x", table)};
  std::vector<Value> small{graph.input("row", Shape{6})};
  std::vector<Value> rows{sum(tables[0], {1})};
  std::vector<Value> all;
  const auto pick = [&](const std::vector<Value>& values) {
    return values[random.next_below(static_cast<std::uint32_t>(values.size()))];
  };
  const auto make = [&]() -> Value {
    const Value a = pick(tables);
    switch (random.next_below(14)) {
      case 0:
        return tanh(a + pick(tables));
      case 1:
        return sigmoid(a) * pick(tables);
      case 2:
        return tanh(matmul(a, w, false, random.next_below(2) == 1));
      case 3:
        return relu(matmul(a, w) * 0.3);
      case 4:
        return tanh(a - pick(small));
      case 5:
        return tanh(a * pick(small));
      case 6:
        return reshape(tanh(sum(a, {1})), Shape{kBatch, 1});
      case 7:
        return max(a, {1}) * 0.5;
      case 8:
        return tanh(sum(a, {0}) * 0.2);
      case 9:
        return concat({slice(a, 1, 2, 6), slice(pick(tables), 1, 0, 2)}, 1);
      case 10:
        return reshape(tanh(reshape(a, Shape{Dim(6, true)})), table);
      case 11:
        return tanh(pick(rows) - sigmoid(pick(rows)));
      case 12:
        return tanh(a * expand_dims(pick(rows), 1));
      default:
        return maximum(a, -pick(tables)) * 0.7;
    }
  };
  for (int i = 0; i < operations; ++i) {
    const Value value = make();
    all.push_back(value);
    if (value.shape() == table) {
      tables.push_back(value);
    } else if (value.shape() == Shape{kBatch}) {
      rows.push_back(value);
    } else if (value.shape().rank() == 2 || !value.shape().has_batch()) {
      small.push_back(value);  // (N, 1) and (6) broadcast against tables
    }
  }
  return all;
}

}  // namespace elbo::testing
