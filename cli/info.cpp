// `elbo info RUN`: what a run folder holds.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/plan_listing.h"
#include "cli/progress.h"
#include "elbo/base/error.h"
#include "elbo/evaluate/fitted_vae.h"
#include "elbo/experiments/load_run.h"
#include "elbo/experiments/planned_training.h"
#include "elbo/train/metrics_log.h"
#include "elbo/train/run_folder.h"

namespace elbo::cli {
namespace {

std::string one_line(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

double number_or(const nlohmann::json& object, const char* key, double fallback) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : fallback;
}

std::string parameters_table(const ParameterLayout& layout) {
  Table table({"parameter", "shape", "numbers"});
  table.align(2, Table::Align::right);
  for (const ParameterSlot& slot : layout.slots()) {
    table.add({slot.name, to_string(slot.extents), std::to_string(slot.count)});
  }
  return table.text();
}

std::string settings_table(const nlohmann::json& config) {
  Table table({"setting", "value"});
  for (const char* group : {"data", "model", "objective", "train"}) {
    for (const auto& [key, value] : config.at(group).items()) {
      table.add({fmt::format("{}.{}", group, key), one_line(value)});
    }
  }
  return table.text();
}

std::string metrics_table(const nlohmann::json& epoch) {
  Table table(
      {"epoch " + one_line(epoch.value("epoch", nlohmann::json())), "training", "validation"});
  table.align(1, Table::Align::right);
  table.align(2, Table::Align::right);
  for (const char* name : {"elbo_nats", "log_likelihood_nats", "kl_nats"}) {
    std::vector<std::string> row = {name};
    for (const char* pass : {"train", "validation"}) {
      const nlohmann::json terms = epoch.value(pass, nlohmann::json::object());
      const bool known = terms.is_object() && terms.contains(name) && terms[name].is_number();
      row.push_back(known ? fmt::format("{:.4f}", terms[name].get<double>()) : "-");
    }
    table.add(std::move(row));
  }
  return table.text();
}

class Info : public Command {
 public:
  void declare(Arguments& arguments) override {
    arguments.positional("RUN", &run_, "a run folder");
    arguments.flag("--plan", plan_, "also the kernels that training and encoding run");
    arguments.option("--batch N", &batch_,
                     "examples in a batch of --plan (default: train.batch_size)",
                     in_range(1, 65536));
    arguments.example("elbo info runs/first");
    arguments.example("elbo info runs/first --plan --batch 256");
  }

  Result run(const CommonOptions& common) override {
    const RunPaths paths(run_);
    if (!std::filesystem::is_directory(paths.folder)) {
      throw FileError("{}: there is no such run folder; 'elbo train SPEC --out RUN' makes one",
                      run_);
    }
    const RunConfig config = read_run_config(paths.config());
    const ParameterLayout layout = parameters_of(Vae(config.model, config.shape));
    const std::vector<nlohmann::json> epochs = read_metrics(paths.metrics());
    const bool is_finished = std::filesystem::exists(paths.model());
    if (is_finished) load_run(run_, 1);  // says what is wrong with a damaged model
    Result result;
    result.json = {{"run", run_},
                   {"finished", is_finished},
                   {"config", to_json(config)},
                   {"parameters", layout.parameter_count()},
                   {"tensors", nlohmann::json::array()},
                   {"epochs", epochs.size()}};
    for (const ParameterSlot& slot : layout.slots()) {
      result.json["tensors"].push_back({{"name", slot.name}, {"shape", slot.extents}});
    }
    result.text = overview(config, layout, epochs, result.json["finished"]);
    if (!epochs.empty()) {
      result.json["last"] = epochs.back();
      result.json["kept"] = *kept_epoch(epochs);
      result.text += "\n" + metrics_table(*kept_epoch(epochs));
    }
    result.text += "\n" + parameters_table(layout) + "\n" + settings_table(result.json["config"]);
    if (plan_) list_plans(config, static_cast<int>(common.threads), result);
    return result;
  }

 private:
  std::string overview(const RunConfig& config, const ParameterLayout& layout,
                       const std::vector<nlohmann::json>& epochs, bool finished) const {
    const ImageShape& image = config.shape.image;
    Table table({});
    table.add({"run", run_});
    table.add({"model", fmt::format("{}, {} latents, {} likelihood", config.model.name,
                                    config.model.latent, config.model.likelihood)});
    table.add({"parameters", std::to_string(layout.parameter_count())});
    table.add({"data", config.data_spec});
    const bool is_image = image.height > 1 || image.width > 1;
    std::string example =
        is_image ? fmt::format("{} x {} x {}", image.height, image.width, image.channels)
                 : fmt::format("{} numbers", image.channels);
    if (config.shape.class_count > 0) {
      example += fmt::format(", {} classes", config.shape.class_count);
    }
    table.add({"an example", example});
    table.add({"objective", config.objective.name});
    table.add({"made by", "elbo " + config.version});
    table.add({"finished", finished ? "yes" : "no; 'elbo train ... --resume' continues it"});
    if (!epochs.empty()) {
      table.add({"epochs", fmt::format("{} of {}", epochs.size(), config.train.epochs)});
      table.add({"time", format_duration(number_or(epochs.back(), "seconds", 0))});
      table.add({"examples/s",
                 fmt::format("{:.0f}", number_or(epochs.back(), "examples_per_second", 0))});
    }
    return table.text();
  }

  void list_plans(RunConfig config, int threads, Result& result) const {
    config.train.batch_size = batch_.value_or(config.train.batch_size);
    const std::int64_t batch_size = config.train.batch_size;
    result.json["batch_size"] = batch_size;
    const auto list = [&](const char* name, const std::string& what, const PlanSummary& plan) {
      result.json["plan"][name] = plan_json(plan);
      result.text +=
          fmt::format("\nPlan for {} a batch of {}:\n{}", what, batch_size, plan_text(plan));
    };
    const Dataset data = blank_data(config, 1);
    const PlannedTraining training(config, data, threads);
    const GradientStep& step = training.step();
    list("training", "a training step on", step.plan().summary());
    const Vae model(config.model, config.shape);
    const ForwardPass pass(data, to_map(step.layout(), step.parameters().values()),
                           {.batch_size = batch_size, .threads = threads},
                           [&](Graph&, const BatchNodes& nodes) {
                             return encoding(model, nodes.model_batch(config.data, false));
                           });
    list("encoding", "encoding", pass.summary());
  }

  std::string run_;
  bool plan_ = false;
  std::optional<std::int64_t> batch_;
};

}  // namespace

std::unique_ptr<Command> make_info() {
  return std::make_unique<Info>();
}

}  // namespace elbo::cli
