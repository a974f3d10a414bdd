// How fast this machine trains and scores: two fixed jobs on generated data. Training is measured
// through the trainer itself, so everything that a run pays for is in it: drawing the order,
// gathering, all kernels, the norm of the gradient, the optimizer, the sums of the terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elbo/device/executor.h"
#include "elbo/device/precision.h"

namespace elbo {

/// Examples a second over several repeats.
struct Throughput {
  double median = 0;
  double minimum = 0;
  double maximum = 0;
  std::int64_t repeats = 0;
  /// (maximum - minimum) / median.
  double spread() const { return median > 0 ? (maximum - minimum) / median : 0; }
};

struct BenchReport {
  std::string job;
  std::string description;
  Precision precision = Precision::fp32;
  std::int64_t parameters = 0;
  std::int64_t batch_size = 0;
  /// Operations of one training step: the plan's, without the optimizer.
  double training_flops = 0;
  Throughput training;
  /// The same with one thread; no repeats when there is only one.
  Throughput training_one_thread;
  /// The step's products and convolutions alone (ceiling.h).
  Throughput ceiling;
  /// The ELBO of each example, forward only.
  Throughput scoring, encoding;
  std::int64_t scoring_batch_size = 0;
  /// The training plan with the time spent in each kernel, and last the optimizer.
  std::optional<PlanSummary> profile;

  /// training / ceiling.
  double share_of_ceiling() const { return training.median / ceiling.median; }
};

struct BenchOptions {
  /// How long each number is measured, over all its repeats.
  double seconds = 5;
  /// Everything is measured once in each repeat, in turn, so that a slower minute of the machine
  /// slows all of it.
  std::int64_t repeats = 5;
  /// Examples in a training step.
  std::int64_t batch_size = 128;
  int threads = 1;
  Precision precision = Precision::fp32;
  bool profile = false;
};

/// "mlp" (784-400-(20, 20)-400-784, ReLU) and "conv" (28 x 28 x 1, 32 and 64 channels halving the
/// image, 256, (16, 16), and back): Bernoulli, Adam.
const std::vector<std::string>& bench_jobs();

/// Throws UsageError when there is no such job, Interrupted when the user asks to stop.
BenchReport run_bench(const std::string& job, const BenchOptions& options);

}  // namespace elbo
