// `elbo interpolate RUN SPEC --out DIR [--pair A,B]...`: ways between examples through latent
// space.
#include <charconv>

#include "cli/experiment.h"
#include "elbo/base/error.h"
#include "elbo/experiments/experiments.h"

namespace elbo::cli {
namespace {

std::pair<std::int64_t, std::int64_t> parse_pair(const std::string& text) {
  std::pair<std::int64_t, std::int64_t> pair;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, pair.first);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == ',') {
    const auto second = std::from_chars(first.ptr + 1, end, pair.second);
    if (second.ec == std::errc() && second.ptr == end) return pair;
  }
  throw UsageError("--pair {}: expected two numbers, e.g. 0,1", text);
}

class Interpolate : public Command {
 public:
  void declare(Arguments& arguments) override {
    experiment_.declare(arguments, "the data to take the ends from, e.g. mnist:test");
    arguments.option(
        "--pair A,B", &pairs_,
        "from class A to class B (examples A and B of data without classes); repeat for "
        "more");
    arguments.option("--steps N", &options_.steps, "pictures on the way, ends included",
                     in_range(2, 1000));
    arguments.example("elbo interpolate runs/first mnist:test --pair 0,1 --pair 3,8 --out look");
  }

  Result run(const CommonOptions& common) override {
    for (const std::string& text : pairs_) options_.pairs.push_back(parse_pair(text));
    const LoadedRun loaded = experiment_.load(common);
    const nlohmann::json report = run_interpolation(loaded.vae, experiment_.data(loaded, common),
                                                    nullptr, options_, experiment_.results());
    return finish_experiment(experiment_.out(), report,
                             {"mean_path_length", "mean_length", "mean_energy"});
  }

 private:
  ExperimentArguments experiment_;
  std::vector<std::string> pairs_;
  InterpolationOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_interpolate() {
  return std::make_unique<Interpolate>();
}

}  // namespace elbo::cli
