#include "elbo/report/run_card.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "elbo/report/format.h"
#include "elbo/report/record.h"

namespace elbo {
namespace {

/// Text that Markdown shows as it is, on one line: within tables, without mark-up of its own.
std::string plain(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == '\t') {
      result += ' ';
      continue;
    }
    if (std::string_view("\\`*_{}[]<>()#|!").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// A word in a command that is shown to be copied: in single quotes unless it is harmless.
std::string shell_word(const std::string& text) {
  const bool harmless = !text.empty() && text.find_first_not_of(
                                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_-./:,=") == std::string::npos;
  if (harmless) return text;
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      // A line break or a fence of backticks would leave the code block.
      quoted += c == '\n' || c == '\r' || c == '`' ? ' ' : c;
    }
  }
  return quoted + "'";
}

struct Metric {
  const char* key;
  const char* name;
};

constexpr std::array<Metric, 8> kMetrics = {{{"elbo_nats", "ELBO, nats"},
                                             {"log_likelihood_nats", "log-likelihood term, nats"},
                                             {"kl_nats", "KL term, nats"},
                                             {"nll_nats", "−log p(x), nats (upper bound)"},
                                             {"mse", "mean squared error, pixels in [0, 1]"},
                                             {"psnr_db", "peak signal-to-noise ratio, dB"},
                                             {"active_units", "active latent units"},
                                             {"label_accuracy", "label accuracy"}}};

std::string metrics_table(const Record& metrics) {
  const Record train = metrics.child("train"), validation = metrics.child("validation");
  std::string rows;
  for (const Metric& metric : kMetrics) {
    const auto show = [](double value) { return significant(value, 4); };
    if (train || validation) {
      const auto seen = train.number(metric.key), held_out = validation.number(metric.key);
      if (!seen && !held_out) continue;
      rows += fmt::format("| {} | {} | {} |\n", metric.name, or_dash(seen, show),
                          or_dash(held_out, show));
    } else if (const auto value = metrics.number(metric.key)) {
      rows += fmt::format("| {} | {} |\n", metric.name, show(*value));
    }
  }
  if (rows.empty()) return "No numbers were recorded.\n";
  return (train || validation ? "| number | training | validation |\n|---|---:|---:|\n"
                              : "| number | value |\n|---|---:|\n") +
         rows + "\nPer example: sums over dimensions, then means over examples.\n";
}

std::string settings_list(const Record& config) {
  std::string text;
  for (const char* table : {"data", "model", "objective", "train"}) {
    for (const auto& [key, value] : config.child(table).flattened()) {
      text += fmt::format("| {}.{} | {} |\n", table, plain(key), plain(value));
    }
  }
  return text.empty() ? text : "| setting | value |\n|---|---|\n" + text;
}

/// What to type, one command a line; for the kind of model and of data.
std::string commands(const Record& config) {
  const Record shape = config.child("shape");
  const bool is_image = shape.number("height").value_or(1) * shape.number("width").value_or(1) > 1;
  const bool is_conditional = config.child("model").text("name") == "conditional_vae";
  const std::string spec = config.text("data_spec"), label = is_conditional ? " --label CLASS" : "";
  const std::string data = spec.empty() ? "SPEC" : shell_word(spec);
  std::string text;
  const auto add = [&text](const std::string& command, const char* what) {
    text += fmt::format("elbo {:<46} # {}\n", command, what);
  };
  add("info RUN", "architecture, settings, numbers");
  add("evaluate RUN " + data, "bound, error, active units");
  add("encode RUN " + data + " --out codes.npy", "examples to codes");
  add("decode RUN codes.npy --out x.npy" + label, "codes to examples");
  if (is_image) add("generate RUN --out samples --count 64", "new images");
  add("anomaly calibrate RUN HELD_OUT", "a threshold, from normal data that it has not seen; then");
  add("anomaly score RUN NEW --out scores.csv", "a score and a verdict an example");
  return text;
}

}  // namespace

std::string model_card(const nlohmann::json& config_json, const nlohmann::json& metrics_json) {
  const Record config(&config_json, "config.json"), metrics(&metrics_json, "metrics");
  const Record model = config.child("model");
  const std::string spec = config.text("data_spec");
  std::string text = fmt::format("# {}\n\nA variational autoencoder",
                                 plain(config.text("preset", model.text("name", "vae"))));
  if (!spec.empty()) text += " of " + plain(set_name(spec));
  if (const auto latent = model.number("latent"))
    text += fmt::format(" with {:g} latent numbers", *latent);
  text += ", trained with `elbo`.\n\n## What it is\n\n";
  const auto item = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("- {}: {}\n", name, plain(value));
  };
  item("model", model.text("name"));
  item("likelihood", model.text("likelihood"));
  item("objective", config.child("objective").text("name"));
  item("data", spec);
  if (const auto count = config.number("parameters")) item("parameters", thousands(*count));
  if (const auto epoch = metrics.number("epoch")) item("epochs", thousands(*epoch));
  if (const auto seconds = metrics.number("seconds")) item("training time", duration(*seconds));
  item("random seed", config.child("train").label("seed"));
  item("version", config.label("elbo_version"));
  text += "\n## How good it is\n\n" + metrics_table(metrics);
  text += "\n## How to use it\n\nIn the folder above this one, RUN being its name:\n\n```sh\n" +
          commands(config) + "```\n";
  text +=
      "\n## What it can't do\n\n"
      "- It knows only data like what it was trained on: of the same shape, and scaled alike.\n"
      "- A high likelihood is no proof that an example is normal, nor a low one that it is not: "
      "calibrate a threshold on data of your own, and check it.\n"
      "- The ELBO is a lower bound; compare models by it only on the same data with the same "
      "likelihood and binarisation.\n";
  const std::string settings = settings_list(config);
  if (!settings.empty()) text += "\n## Every setting\n\n" + settings;
  return text;
}

}  // namespace elbo
