// The frame of the page: what was done, how it compares, with which settings, how to repeat it.
#include <fmt/format.h>

#include "elbo/report/anchors.h"
#include "elbo/report/format.h"
#include "elbo/report/html.h"
#include "elbo/report/sections.h"

namespace elbo {
namespace {

std::string data_name(const Study& study) {
  return set_name(study.result("study").child("data").text("normal"));
}

bool used_generated_data(const Study& study) {
  return study.result("study").child("data").flag("generated", false);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return text;
}

/// "in 84 s on 2 threads of an ... processor"
std::string effort(const Record& study) {
  std::string text;
  if (const auto seconds = study.number("seconds")) text += " in " + duration(*seconds);
  if (const auto threads = study.number("threads")) {
    text += fmt::format(" on {:.0f} CPU thread{}", *threads, *threads == 1 ? "" : "s");
  }
  return text;
}

std::string machine_text(const Record& study) {
  const Record machine = study.child("machine");
  std::vector<std::string> parts;
  if (machine.has("cpu")) parts.push_back(machine.text("cpu"));
  if (const auto cores = machine.number("cores"))
    parts.push_back(fmt::format("{:g} cores", *cores));
  if (const auto memory = machine.number("memory_gib")) {
    parts.push_back(fmt::format("{:.3g} GiB", *memory));
  }
  for (const char* key : {"instruction_set", "os"}) {
    if (machine.has(key)) parts.push_back(machine.text(key));
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

std::string effort_text(const Study& study) {
  const std::size_t models = study.result("study").list("models").size();
  return (models == 0 ? "Variational autoencoders, measured"
                      : fmt::format("{} variational autoencoder{} trained and measured", models,
                                    models == 1 ? "" : "s")) +
         effort(study.result("study"));
}

std::string main_title(const Study& study) {
  const std::string name = data_name(study);
  return name.empty() ? "Variational autoencoders: results"
                      : "A study of variational autoencoders on " + name;
}

std::string main_findings(const Study& study) {
  std::vector<std::string> findings;
  const Record reconstruction = study.result("reconstruction");
  if (const auto mse = reconstruction.number("mse")) {
    findings.push_back(fmt::format("{} numbers rebuild {} with a mean squared error of {}",
                                   or_dash(reconstruction.number("latent"), thousands),
                                   reconstruction.has("images") ? "an image" : "an example",
                                   significant(*mse)));
  }
  if (const auto accuracy = study.result("latent").number("knn5_accuracy")) {
    findings.push_back(
        fmt::format("a map of just two numbers names {} of the classes", percent(*accuracy, 1)));
  }
  const Record anomaly = study.result("anomaly");
  for (const Record& score : anomaly.list("scores")) {
    const auto accepted = score.number("accept_rate");
    const auto false_accepted = score.number("false_accept_rate");
    if (score.text("name") != anomaly.text("chosen") || !accepted || !false_accepted) continue;
    findings.push_back(fmt::format("{} of {} and {} of {} pass as normal", percent(*accepted),
                                   set_name(anomaly.text("normal")), percent(*false_accepted),
                                   set_name(anomaly.text("anomalous"))));
  }
  if (const auto accuracy = study.result("conditional").number("label_accuracy")) {
    findings.push_back(
        fmt::format("{} of the images made to order show the asked class", percent(*accuracy)));
  }
  return joined(findings);
}

std::string overview(const Study& study, const std::string& title, const std::string& findings) {
  const Record record = study.result("study");
  std::string body;
  if (used_generated_data(study)) {
    body += html::paragraph(
        "No real data was found, so drawn digits were used: these numbers show that everything "
        "works, but they can't be compared with published ones.",
        "warning");
  }
  body += fmt::format("<h1>{}</h1>\n", html::escape(title));
  body += html::paragraph(effort_text(study) + (findings.empty() ? "." : ": " + findings + "."),
                          "lead");
  if (!record) return body;
  std::vector<std::pair<std::string, std::string>> facts;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty() && value != "–") facts.emplace_back(name, value);
  };
  add("data", data_name(study));
  add("as the anomaly", set_name(record.child("data").text("anomalous")));
  add("budget", record.text("budget"));
  add("time", or_dash(record.number("seconds"), duration));
  add("machine", machine_text(record));
  add("threads", or_dash(record.number("threads"), thousands));
  add("random seed", record.label("seed"));
  add("version", record.text("commit_or_version"));
  add("started", record.text("started"));
  return body + html::facts(facts);
}

Section comparison_section(const Study& study) {
  Section section{"glance", "At a glance", ""};
  const std::vector<Comparison> comparisons = compare_with_anchors(study);
  if (comparisons.empty()) return section;
  std::vector<html::Row> rows;
  if (!study.is_of_mnist()) {
    for (const Comparison& row : comparisons) rows.push_back({row.name, {row.ours, "ours"}});
    section.body = html::table({"number", "found"}, rows);
    return section;
  }
  for (const Comparison& row : comparisons) {
    html::Cell target(row.target);
    if (row.met) target = {(*row.met ? "✓ " : "✗ ") + row.target, *row.met ? "met" : "missed"};
    rows.push_back({row.name, {row.ours, "ours"}, target, row.seed, {row.published, "note"}});
  }
  section.body =
      html::table({"number (test set)",
                   "this study",
                   "target, budget " + study.result("study").text("budget", "–"),
                   "seed study",
                   {"published", "note"}},
                  rows) +
      html::paragraph(
          "✓ the target of this budget is met, ✗ it is missed. The seed study is the one that this "
          "one answers. MSE: mean squared error over pixels in [0, 1]. Published numbers are the "
          "best known references; codes of other sizes and other methods are named with them.",
          "soft");
  return section;
}

std::string models_table(const Study& study) {
  std::vector<html::Row> rows;
  for (const Record& model : study.result("study").list("models")) {
    rows.push_back({model.text("name", "model"), model.text("preset", "–"),
                    or_dash(model.number("parameters"), thousands),
                    or_dash(model.number("epochs"), thousands),
                    or_dash(model.number("seconds"), duration),
                    or_dash(model.number("examples_per_second"), thousands),
                    or_dash(model.number("threads"), thousands)});
  }
  if (rows.empty()) return {};
  return html::table(
      {"model", "preset", "parameters", "epochs", "training time", "examples a second", "threads"},
      rows);
}

Section training_section(const Study& study) {
  Section section{"training", "Training", models_table(study)};
  for (const Figure& figure : draw_learning_curves(study)) {
    section.body += html::figure(
        study.figures(), figure,
        "The evidence lower bound after each epoch. A gap that opens between training and "
        "validation is overfitting; the worst early epochs lie below the axis.");
  }
  return section;
}

Section settings_section(const Study& study) {
  Section section{"settings", "Every setting", ""};
  const Record record = study.result("study");
  for (const Record& model : record.list("models")) {
    const auto settings = model.child("settings").flattened();
    if (settings.empty()) continue;
    const std::string preset = model.text("preset");
    section.body +=
        html::details(model.text("name", "model") + (preset.empty() ? "" : ", preset " + preset),
                      html::facts(settings));
  }
  if (!section.body.empty()) {
    section.body += html::paragraph("Random seed of everything: " + record.label("seed") + ".");
  }
  return section;
}

Section repeat_section(const Study& study) {
  Section section{"repeat", "How to repeat it", ""};
  const Record record = study.result("study");
  const std::string command = record.text("command");
  if (command.empty()) return section;
  section.body =
      html::code_block(command) + html::paragraph(
                                      "All random numbers follow from the seed; times depend on "
                                      "the machine. The numbers are in "
                                      "results/ and summary.json, the figures in figures/.");
  return section;
}

}  // namespace elbo
