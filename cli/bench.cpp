// `elbo bench`: how fast this machine trains and scores, the fixed jobs or a model of one's own.
#include "elbo/experiments/bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/bench_process.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/plan_listing.h"
#include "cli/settings_arguments.h"
#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/base/version.h"
#include "elbo/device/precision.h"
#include "elbo/experiments/machine.h"
#include "elbo/train/presets.h"

namespace elbo::cli {
namespace {

nlohmann::json to_json(const Throughput& throughput) {
  return {{"examples_per_second", throughput.median},
          {"minimum", throughput.minimum},
          {"maximum", throughput.maximum},
          {"spread", throughput.spread()},
          {"repeats", throughput.repeats}};
}

nlohmann::json to_json(const BenchJob& job, const BenchReport& report) {
  nlohmann::json object = {{"job", job.name},
                           {"description", job.description},
                           {"precision", job.config.train.precision},
                           {"parameters", report.parameters},
                           {"batch_size", job.config.train.batch_size},
                           {"flops_per_step", report.training_flops},
                           {"training", to_json(report.training)},
                           {"ceiling", to_json(report.ceiling)},
                           {"share_of_ceiling", report.share_of_ceiling()},
                           {"scoring", to_json(report.scoring)},
                           {"encoding", to_json(report.encoding)}};
  object["scoring"]["batch_size"] = report.scoring_batch_size;
  if (report.training_one_thread.repeats > 0) {
    object["training_one_thread"] = to_json(report.training_one_thread);
  }
  if (report.profile) object["profile"] = plan_json(*report.profile);
  return object;
}

/// Rows of the table: one a number that was measured.
void add_rows(Table& table, const BenchJob& job, const BenchReport& report, std::int64_t threads) {
  const std::int64_t batch_size = job.config.train.batch_size;
  const auto add = [&](const std::string& what, std::int64_t batch, std::int64_t used_threads,
                       const Throughput& rate, const std::string& note) {
    if (rate.repeats == 0) return;
    table.add({job.name, job.config.train.precision, what, std::to_string(used_threads),
               std::to_string(batch), fmt::format("{:.0f}", rate.median),
               fmt::format("{:.0f}", rate.minimum), fmt::format("{:.1f} %", 100 * rate.spread()),
               note});
  };
  const Throughput& one = report.training_one_thread;
  add("training", batch_size, threads, report.training,
      fmt::format("{:.0f} % of the ceiling", 100 * report.share_of_ceiling()));
  add("products alone", batch_size, threads, report.ceiling, "the ceiling");
  add("training", batch_size, 1, one,
      fmt::format("{} threads are {:.2f} times as fast", threads,
                  report.training.median / std::max(1.0, one.median)));
  add("scoring", report.scoring_batch_size, threads, report.scoring, "the ELBO of each example");
  add("encoding", report.scoring_batch_size, threads, report.encoding, "mean and variance of z");
}

class Bench : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.option("--seconds S", &seconds_, "how long each number is measured, over its repeats",
                     in_range(0.1, 3600));
    arguments.option("--repeats R", &repeats_, "repeats, each of which measures everything in turn",
                     in_range(1, 1000));
    arguments.option("--job NAME", &job_, "only this job", one_of(job_names()));
    arguments.option("--batch N", &batch_,
                     "examples in a training step (default: 128, or what the settings say)",
                     in_range(1, 4096));
    arguments.option(
        "--precision P", &precision_,
        "only this one (default: fp32, and bf16 where the machine has it; of settings, "
        "their own)",
        one_of(precision_names()));
    arguments.option("--train SPEC", &spec_,
                     "also one epoch of the mlp job on this data in a process of its own: the time "
                     "until its first step, and its memory");
    arguments.flag("--profile", profile_, "also the time spent in each kernel of a training step");
    settings_.declare(arguments);
    arguments.example("elbo bench --threads 1 --job mlp --profile");
    arguments.example("elbo bench --train mnist");
    arguments.example("elbo bench --batch 1");
    arguments.example("elbo bench --preset study-reconstruction-conv --profile");
  }

  Result run(const CommonOptions& common) override {
    const nlohmann::json machine = describe_machine();
    Result result;
    result.json = {{"elbo_version", version()},
                   {"machine", machine},
                   {"threads", common.threads},
                   {"jobs", nlohmann::json::array()}};
    Table table(
        {"job", "precision", "what", "threads", "batch", "examples/s", "least", "spread", ""});
    for (std::size_t column = 3; column < 8; ++column) table.align(column, Table::Align::right);
    std::string descriptions, profiles;
    for (BenchJob& job : jobs(common)) {
      const std::vector<Precision> all = precisions(job);
      for (const Precision precision : all) {
        job.config.train.precision = name_of(precision);
        logging::info("measuring {}, {}", job.name, name_of(precision));
        const BenchReport report = run_bench(job, {.seconds = seconds_,
                                                   .repeats = repeats_,
                                                   .threads = static_cast<int>(common.threads),
                                                   .profile = profile_});
        add_rows(table, job, report, common.threads);
        result.json["jobs"].push_back(to_json(job, report));
        if (precision == all.front()) {
          descriptions +=
              fmt::format("{}: {}; {} parameters, {:.1f} MFLOP a step\n", job.name, job.description,
                          report.parameters, report.training_flops * 1e-6);
        }
        if (report.profile) {
          profiles += fmt::format("\nA training step of {}, {}:\n{}", job.name, name_of(precision),
                                  plan_text(*report.profile));
        }
      }
    }
    result.text =
        table.text() +
        fmt::format("\nThe median of {} repeats, the least, and (most - least) / median.\n",
                    repeats_) +
        descriptions + (spec_ ? process_costs(common, result.json) : "") +
        fmt::format("{}, {}, {} threads, elbo {}\n",
                    machine.value("cpu", std::string("unknown processor")),
                    machine.value("instruction_set", std::string()), common.threads, version()) +
        profiles;
    return result;
  }

 private:
  static std::vector<std::string> job_names() {
    std::vector<std::string> names;
    for (const BenchJob& job : bench_jobs()) names.push_back(job.name);
    return names;
  }

  /// With the batch size that was asked for.
  std::vector<BenchJob> jobs(const CommonOptions& common) const {
    std::vector<BenchJob> chosen;
    if (settings_.given()) {
      if (job_) throw UsageError("bench: --job names one of the program's jobs; leave it out");
      const std::string& preset = settings_.preset();
      chosen.push_back(
          {.name = preset.empty() ? "settings" : preset,
           .description = preset.empty() ? "the settings given" : find_preset(preset).description,
           .config = settings_.resolve(common)});
    } else {
      for (const BenchJob& job : bench_jobs()) {
        if (!job_ || job.name == *job_) chosen.push_back(job);
      }
    }
    for (BenchJob& job : chosen) {
      if (batch_) job.config.train.batch_size = *batch_;
    }
    return chosen;
  }

  std::vector<Precision> precisions(const BenchJob& job) const {
    if (precision_) return {precision_from_name(*precision_)};
    if (settings_.given()) return {precision_from_name(job.config.train.precision)};
    if (has_bf16_instructions()) return {Precision::fp32, Precision::bf16};
    return {Precision::fp32};
  }

  std::string process_costs(const CommonOptions& common, nlohmann::json& json) const {
    const Precision precision = precisions(bench_jobs().front()).back();
    std::vector<double> seconds;
    double most_memory = 0;
    for (std::int64_t repeat = 0; repeat < repeats_; ++repeat) {
      const ProcessCosts costs = measure_process(*spec_, common, name_of(precision));
      seconds.push_back(costs.seconds_to_first_step);
      most_memory = std::max(most_memory, costs.peak_memory_mib);
    }
    std::ranges::sort(seconds);
    const double median = seconds[seconds.size() / 2];
    json["process"] = {{"spec", *spec_},
                       {"seconds_to_first_step", median},
                       {"seconds_to_first_step_minimum", seconds.front()},
                       {"seconds_to_first_step_maximum", seconds.back()},
                       {"peak_memory_mib", most_memory}};
    return fmt::format(
        "mlp on {}: {:.0f} ms from the start of the process to the end of its first step ({:.0f} "
        "to {:.0f}), {:.0f} MiB of memory at most\n",
        *spec_, 1000 * median, 1000 * seconds.front(), 1000 * seconds.back(), most_memory);
  }

  double seconds_ = 5;
  std::int64_t repeats_ = 5;
  std::optional<std::int64_t> batch_;
  SettingsArguments settings_;
  std::optional<std::string> job_, precision_, spec_;
  bool profile_ = false;
};

}  // namespace

std::unique_ptr<Command> make_bench() {
  return std::make_unique<Bench>();
}

}  // namespace elbo::cli
