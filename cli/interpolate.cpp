// `elbo interpolate RUN SPEC --out DIR [--pair A,B]...`: ways between examples through latent
// space.
#include <algorithm>
#include <charconv>

#include "cli/experiment.h"
#include "elbo/base/error.h"
#include "elbo/base/suggest.h"
#include "elbo/experiments/experiments.h"

namespace elbo::cli {
namespace {

/// A class of the data by its name, or a number.
std::int64_t parse_end(const std::string& word, const Dataset& data, const std::string& pair) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc() && end == word.data() + word.size()) return number;
  const auto found = std::ranges::find(data.class_names, word);
  if (found != data.class_names.end()) return found - data.class_names.begin();
  throw UsageError("--pair {}: '{}' is no number and no class of {}{}", pair, word, data.spec,
                   did_you_mean(word, data.class_names));
}

std::pair<std::int64_t, std::int64_t> parse_pair(const std::string& text, const Dataset& data) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) {
    throw UsageError("--pair {}: expected two classes or numbers, e.g. 0,1", text);
  }
  return {parse_end(text.substr(0, comma), data, text),
          parse_end(text.substr(comma + 1), data, text)};
}

class Interpolate : public Command {
 public:
  void declare(Arguments& arguments) override {
    experiment_.declare(arguments, "the data to take the ends from, e.g. mnist:test");
    arguments.option(
        "--pair A,B", &pairs_,
        "from class A to class B (examples A and B of data without classes); repeat for "
        "more (default: 0,1 3,8 4,9 7,2, as far as there are such)");
    arguments.option("--steps N", &options_.steps, "pictures on the way, ends included",
                     in_range(2, 1000));
    arguments.example("elbo interpolate runs/first mnist:test --pair 0,1 --pair 3,8 --out look");
  }

  Result run(const CommonOptions& common) override {
    const LoadedRun loaded = experiment_.load(common);
    const Dataset data = experiment_.data(loaded, common);
    for (const std::string& text : pairs_) options_.pairs.push_back(parse_pair(text, data));
    const nlohmann::json report =
        run_interpolation(loaded.vae, data, nullptr, options_, experiment_.results());
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
