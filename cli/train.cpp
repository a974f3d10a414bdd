// `elbo train SPEC --out RUN`: trains one model.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/model_card.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/settings_arguments.h"
#include "elbo/base/error.h"
#include "elbo/base/log.h"
#include "elbo/base/process.h"
#include "elbo/train/run_folder.h"
#include "elbo/train/train_run.h"

namespace elbo::cli {
namespace {

class Train : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional(
        "SPEC", &spec_,
        "the training data: mnist, idx:IMAGES, csv:FILE, ...; a run that is resumed "
        "knows its own",
        Need::optional);
    arguments.option("--out RUN", &out_, "the run folder to make", {}, Need::required);
    settings_.declare(arguments);
    arguments.flag("--resume", resume_,
                   "continue the run from its last checkpoint, with its own settings but for those "
                   "given anew");
    arguments.example("elbo train mnist --out runs/first");
    arguments.example("elbo train --resume --out runs/first");
    arguments.example("elbo train images:photos --out runs/photos --set model.latent=32");
  }

  Result run(const CommonOptions& common) override {
    const RunConfig begun = begun_config();
    const std::string spec = spec_.empty() ? begun.data_spec : spec_;
    if (spec.empty()) throw UsageError("train: SPEC is missing; see 'elbo train --help'");
    RunConfig config = settings_.resolve(common, begun);
    DataOptions options = common.data();
    // Of generated data; a run that is resumed has it from its own settings.
    options.seed = static_cast<std::uint64_t>(config.train.seed);
    const Dataset data = training_data(spec, options);
    const TrainingResult trained = train_run(config, data,
                                             {.folder = out_,
                                              .threads = static_cast<int>(common.threads),
                                              .resume = resume_,
                                              .callbacks = training_progress(common.quiet)});
    write_model_card(out_);
    Result result;
    result.json = {{"run", out_},
                   {"epochs", trained.epochs},
                   {"steps", trained.steps},
                   {"seconds", trained.seconds},
                   {"examples_per_second", trained.examples_per_second},
                   {"seconds_to_first_step", trained.seconds_to_first_step},
                   {"peak_memory_mib", peak_memory_mib()},
                   {"best_epoch", trained.best_epoch}};
    Table table({});
    table.add({"run", out_});
    table.add({"epochs", std::to_string(trained.epochs)});
    table.add({"time", format_duration(trained.seconds)});
    table.add({"examples/s", fmt::format("{:.0f}", trained.examples_per_second)});
    if (trained.best_epoch > 0) {
      result.json["validation"] = {{"elbo_nats", trained.best_monitored}};
      table.add({"best validation ELBO", fmt::format("{:.3f} nats (epoch {})",
                                                     trained.best_monitored, trained.best_epoch)});
    }
    result.text = table.text();
    return result;
  }

 private:
  Dataset training_data(const std::string& spec, const DataOptions& options) const {
    try {
      return load_dataset(spec, options);
    } catch (const FileError& error) {
      if (!spec_.empty()) throw;
      throw FileError(
          "{}; it is the run that names these data: where they have moved, say so (elbo train SPEC "
          "--resume --out {})",
          error.what(), out_);
    }
  }

  /// A run that is resumed keeps its own settings, but for those that are given anew.
  RunConfig begun_config() const {
    const std::filesystem::path path = RunPaths(out_).config();
    if (!resume_) return {};
    if (std::filesystem::exists(path)) return read_run_config(path);
    logging::info("{}: there is no run to resume yet; it begins now", out_);
    return {};
  }

  std::string spec_, out_;
  SettingsArguments settings_;
  bool resume_ = false;
};

}  // namespace

std::unique_ptr<Command> make_train() {
  return std::make_unique<Train>();
}

}  // namespace elbo::cli
