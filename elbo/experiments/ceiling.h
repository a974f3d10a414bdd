// What the machine could do at best: a plan's products and convolutions by themselves, without
// anything between them.
#pragma once

#include <cstdint>

#include "elbo/device/precision.h"
#include "elbo/graph/graph.h"

namespace elbo {

struct CeilingOptions {
  std::int64_t batch_size = 128;
  int threads = 1;
  Precision precision = Precision::fp32;
  /// How long each product is repeated, in seconds.
  double seconds = 0.02;
};

/// Seconds that all contractions that the outputs need take, each in its fastest run, its operands
/// still in the cache from the run before.
double contraction_seconds(const Graph& graph, const std::vector<Value>& outputs,
                           const CeilingOptions& options);

}  // namespace elbo
