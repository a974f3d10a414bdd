// How fast this machine trains and scores: two fixed jobs, or any model, on digits that the program
// draws. Training is measured through the trainer itself, so everything that a run pays for is in
// it: drawing the order, gathering, all kernels, the norm of the gradient, the optimizer, the sums
// of the terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elbo/device/executor.h"
#include "elbo/train/run_config.h"

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

/// What is measured: a model, its objective, and how it is trained.
struct BenchJob {
  std::string name;
  std::string description;
  RunConfig config;
  /// Of an epoch: enough for a few tenths of a second on two cores.
  std::int64_t steps = 20;
};

/// "mlp" (784-400-(20, 20)-400-784, ReLU) and "conv" (28 x 28 x 1, 32 and 64 channels halving the
/// image, 256, (16, 16), and back): Bernoulli, Adam, batches of 128.
const std::vector<BenchJob>& bench_jobs();

struct BenchReport {
  std::int64_t parameters = 0;
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
  int threads = 1;
  bool profile = false;
};

/// The job's shape of the data is not used: it is that of the digits. Throws Interrupted when the
/// user asks to stop.
BenchReport run_bench(const BenchJob& job, const BenchOptions& options);

}  // namespace elbo
