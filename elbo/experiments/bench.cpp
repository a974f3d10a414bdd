#include "elbo/experiments/bench.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/data/source.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/ceiling.h"
#include "elbo/experiments/planned_training.h"
#include "elbo/train/trainer.h"

namespace elbo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kScoringBatch = 500;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

RunConfig mlp_config() {
  RunConfig config;
  config.model.latent = 20;
  config.model.hidden = {400};
  return config;
}

RunConfig conv_config() {
  RunConfig config;
  config.model.network = "conv";
  config.model.latent = 16;
  config.model.hidden = {256};
  config.model.channels = {32, 64};
  config.model.kernel = 3;
  return config;
}

Throughput summarise(std::vector<double> rates) {
  Throughput result{.repeats = static_cast<std::int64_t>(rates.size())};
  if (rates.empty()) return result;
  std::sort(rates.begin(), rates.end());
  const std::size_t middle = rates.size() / 2;
  result.median = rates.size() % 2 == 1 ? rates[middle] : (rates[middle - 1] + rates[middle]) / 2;
  result.minimum = rates.front();
  result.maximum = rates.back();
  return result;
}

/// Examples a second in one repeat of the training loop.
double training_rate(const RunConfig& config, const Dataset& data, double seconds, int threads) {
  const Vae model(config.model, config.shape);
  Graph graph;
  const BatchNodes nodes(graph, data);
  const Objective objective =
      build_objective(config.objective, model, nodes.model_batch(config.data, true),
                      {.warmup = graph.input("warmup", Shape{}), .example_count = data.count()});
  Split split;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(data.count()); ++i) {
    split.train.push_back(i);
  }
  TrainSettings settings = config.train;
  settings.epochs = 1'000'000;
  settings.seconds = seconds;
  settings.schedule = "constant";
  Trainer trainer({.graph = graph,
                   .data = data,
                   .split = std::move(split),
                   .loss = objective.loss,
                   .train_terms = {{"elbo_nats", objective.terms.elbo},
                                   {"log_likelihood_nats", objective.terms.log_likelihood},
                                   {"kl_nats", objective.terms.kl}},
                   .validation_terms = {},
                   .monitored = ""},
                  settings, threads, {});
  // The first epoch warms caches and threads up.
  std::vector<double> rates;
  const auto on_epoch = [&](const EpochReport& report) {
    rates.push_back(report.examples_per_second);
  };
  trainer.run({.on_epoch = on_epoch, .on_progress = {}});
  if (rates.size() > 1) rates.erase(rates.begin());
  return summarise(std::move(rates)).median;
}

/// Values of a forward pass, as the verbs that encode and score data ask for them.
using Forward = std::vector<Value>(const Vae& model, const ModelBatch& batch);

std::vector<Value> scoring(const Vae& model, const ModelBatch& batch) {
  return {elbo_terms(model, batch).elbo};
}

double forward_rate(Forward& values, const RunConfig& config, const ParameterMap& parameters,
                    const Dataset& data, double seconds, int threads) {
  const Vae model(config.model, config.shape);
  ForwardPass pass(data, parameters,
                   {.batch_size = kScoringBatch,
                    .threads = threads,
                    .precision = precision_from_name(config.train.precision)},
                   [&](Graph&, const BatchNodes& nodes) {
                     return values(model, nodes.model_batch(config.data, false));
                   });
  const std::int64_t batches = std::max<std::int64_t>(1, data.count() / kScoringBatch);
  std::int64_t passes = -1;  // the first one warms up
  Clock::time_point start = Clock::now();
  while (passes < 1 || seconds_since(start) < seconds) {
    if (interrupted()) throw Interrupted("interrupted");
    if (passes++ == -1) start = Clock::now();
    for (std::int64_t batch = 0; batch < batches; ++batch) pass.run(batch * kScoringBatch);
    if (passes == 0) start = Clock::now();
  }
  return static_cast<double>(passes * batches * kScoringBatch) / seconds_since(start);
}

PlanSummary measure_kernels(const RunConfig& config, PlannedTraining& training, double seconds) {
  GradientStep& step = training.step();
  double update_seconds = 0, fastest = std::numeric_limits<double>::infinity();
  std::int64_t runs = 0, number = 0;
  const auto take_step = [&] {
    if (interrupted()) throw Interrupted("interrupted");
    training.choose(number * config.train.batch_size);
    step.compute(number);
    const Clock::time_point start = Clock::now();
    step.gradient_norm();
    step.update(number++, config.train.learning_rate);
    return seconds_since(start);
  };
  constexpr std::int64_t kWarmUp = 5;
  while (number < kWarmUp) take_step();
  step.plan().set_profiling(true);
  const Clock::time_point begin = Clock::now();
  while (runs == 0 || seconds_since(begin) < seconds) {
    const double update = take_step();
    update_seconds += update;
    fastest = std::min(fastest, update);
    ++runs;
  }
  PlanSummary summary = step.plan().summary();
  const auto size = static_cast<double>(step.layout().size());
  // Adam reads parameter, gradient and both moments, and writes all but the gradient; the norm
  // reads the gradient once more.
  summary.kernels.push_back({.name = "optimizer",
                             .detail = "norm of the gradient, " + config.train.optimizer,
                             .flops = 16 * size,
                             .bytes = 32 * size,
                             .seconds = update_seconds,
                             .fastest_seconds = fastest,
                             .runs = runs});
  return summary;
}

}  // namespace

const std::vector<BenchJob>& bench_jobs() {
  static const std::vector<BenchJob> all = {
      {"mlp", "784-400-(20, 20)-400-784, ReLU, Bernoulli, Adam", mlp_config(), 100},
      {"conv",
       "28 x 28 x 1, convolutions to 32 and 64 channels, 256, (16, 16), and back; ReLU, "
       "Bernoulli, Adam",
       conv_config(), 20},
  };
  return all;
}

BenchReport run_bench(const BenchJob& job, const BenchOptions& options) {
  RunConfig config = job.config;
  const std::int64_t batch = config.train.batch_size;
  DataOptions data_options;
  data_options.threads = options.threads;
  const Dataset data =
      load_dataset(fmt::format("strokes?count={}", job.steps * batch), data_options);
  config.shape = shape_of(data);
  PlannedTraining planned(config, data, options.threads);
  const GradientStep& step = planned.step();
  const ParameterMap parameters = to_map(step.layout(), step.parameters().values());
  BenchReport report;
  report.scoring_batch_size = kScoringBatch;
  report.parameters = step.layout().parameter_count();
  report.training_flops = step.plan().summary().flops;

  const double seconds = options.seconds / static_cast<double>(options.repeats);
  std::vector<double> training, one_thread, scored, encoded, ceiling;
  for (std::int64_t repeat = 0; repeat < options.repeats; ++repeat) {
    training.push_back(training_rate(config, data, seconds, options.threads));
    ceiling.push_back(
        static_cast<double>(batch) /
        contraction_seconds(planned.graph(), step.outputs(),
                            {.batch_size = batch,
                             .threads = options.threads,
                             .precision = precision_from_name(config.train.precision)}));
    const auto forward = [&](Forward& values) {
      return forward_rate(values, config, parameters, data, seconds, options.threads);
    };
    scored.push_back(forward(scoring));
    encoded.push_back(forward(encoding));
    if (options.threads > 1) one_thread.push_back(training_rate(config, data, seconds, 1));
  }
  report.training = summarise(std::move(training));
  report.ceiling = summarise(std::move(ceiling));
  report.scoring = summarise(std::move(scored));
  report.encoding = summarise(std::move(encoded));
  report.training_one_thread = summarise(std::move(one_thread));
  if (options.profile) report.profile = measure_kernels(config, planned, options.seconds);
  return report;
}

}  // namespace elbo
