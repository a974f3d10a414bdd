// `elbo bench`: how fast this machine trains and scores.
#include "elbo/experiments/bench.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/plan_listing.h"
#include "elbo/base/log.h"
#include "elbo/base/version.h"
#include "elbo/experiments/machine.h"

namespace elbo::cli {
namespace {

nlohmann::json to_json(const Throughput& throughput) {
  return {{"examples_per_second", throughput.median},
          {"minimum", throughput.minimum},
          {"maximum", throughput.maximum},
          {"spread", throughput.spread()},
          {"repeats", throughput.repeats}};
}

std::vector<std::string> row(const std::string& job, const char* what, std::int64_t batch_size,
                             const Throughput& throughput) {
  return {job,
          what,
          std::to_string(batch_size),
          fmt::format("{:.0f}", throughput.median),
          fmt::format("{:.0f}", throughput.minimum),
          fmt::format("{:.1f} %", 100 * throughput.spread()),
          std::to_string(throughput.repeats)};
}

class Bench : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.option("--seconds S", &seconds_, "how long each number is measured (default: 3)",
                     in_range(0.1, 3600));
    arguments.option("--job NAME", &job_, "only this job", one_of(bench_jobs()));
    arguments.flag("--profile", profile_, "also the time spent in each kernel of a training step");
    arguments.example("elbo bench --threads 1 --job mlp --profile");
  }

  Result run(const CommonOptions& common) override {
    const int threads = static_cast<int>(common.threads);
    const nlohmann::json machine = describe_machine();
    Result result;
    result.json = {{"elbo_version", version()},
                   {"machine", machine},
                   {"threads", threads},
                   {"precision", "fp32"},
                   {"jobs", nlohmann::json::array()}};
    Table table({"job", "what", "batch", "examples/s", "least", "spread", "repeats"});
    for (std::size_t column = 2; column < 7; ++column) table.align(column, Table::Align::right);
    std::string descriptions, profiles;
    for (const std::string& job : job_ ? std::vector<std::string>{*job_} : bench_jobs()) {
      logging::info("measuring {}", job);
      const BenchReport report =
          run_bench(job, {.seconds = seconds_, .threads = threads, .profile = profile_});
      nlohmann::json object = {{"job", report.job},
                               {"description", report.description},
                               {"parameters", report.parameters},
                               {"batch_size", report.batch_size},
                               {"flops_per_step", report.training_flops},
                               {"training", to_json(report.training)},
                               {"scoring", to_json(report.scoring)}};
      object["scoring"]["batch_size"] = report.scoring_batch_size;
      descriptions +=
          fmt::format("{}: {}; {} parameters, {:.1f} MFLOP a step\n", report.job,
                      report.description, report.parameters, report.training_flops * 1e-6);
      table.add(row(report.job, "training", report.batch_size, report.training));
      table.add(row(report.job, "scoring", report.scoring_batch_size, report.scoring));
      if (report.profile) {
        object["profile"] = plan_json(*report.profile);
        profiles += "\nA training step of " + report.job + ":\n" + plan_text(*report.profile);
      }
      result.json["jobs"].push_back(std::move(object));
    }
    result.text = table.text() +
                  "\nThe median over repeats, the least, and (most - least) / "
                  "median.\n" +
                  descriptions +
                  fmt::format("{}, {}, {} threads, fp32, elbo {}\n",
                              machine.value("cpu", std::string("unknown processor")),
                              machine.value("instruction_set", std::string()), threads, version()) +
                  profiles;
    return result;
  }

 private:
  double seconds_ = 3;
  std::optional<std::string> job_;
  bool profile_ = false;
};

}  // namespace

std::unique_ptr<Command> make_bench() {
  return std::make_unique<Bench>();
}

}  // namespace elbo::cli
