// One section an experiment: its question, its figures, what to see in them, its numbers.
#include "elbo/report/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "elbo/report/format.h"
#include "elbo/report/html.h"

namespace elbo {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string three_digits(double value) {
  return significant(value, 3);
}
std::string compact(double value) {
  return fmt::format("{:.4g}", value);
}
std::string two_decimals(double value) {
  return fmt::format("{}{:.2f}", value < 0 ? "−" : "", value < 0 ? -value : value);
}
std::string one_decimal_percent(double value) {
  return percent(value, 1);
}
std::string as_percent(double value) {
  return percent(value);
}
std::string four_decimals(double value) {
  return fmt::format("{:.4f}", value);
}

/// Adds a row when the number is there.
template <typename Format>
void add(Facts& facts, const char* name, const Record& record, const char* key,
         const Format& format) {
  if (const auto value = record.number(key)) facts.emplace_back(name, format(*value));
}

void add_bound(Facts& facts, const Record& record) {
  add(facts, "ELBO, nats an example", record, "elbo_nats", two_decimals);
  add(facts, "log-likelihood part, nats", record, "log_likelihood_nats", two_decimals);
  add(facts, "KL divergence, subtracted, nats", record, "kl_nats", two_decimals);
}

/// The figures with a caption each; the last caption serves for what is left.
std::string figures_html(const Study& study, const Figures& figures,
                         const std::vector<std::pair<std::string, std::string>>& captions) {
  std::string text;
  for (const Figure& figure : figures) {
    const auto found = std::find_if(captions.begin(), captions.end(), [&](const auto& caption) {
      return figure.file.starts_with(caption.first);
    });
    text += html::figure(study.figures(), figure,
                         found == captions.end() ? figure.description : found->second);
  }
  return text;
}

}  // namespace

Section reconstruction_section(const Study& study) {
  Section section{"reconstruction", "Reconstruction", ""};
  const Record result = study.result("reconstruction");
  if (!result) return section;
  Facts facts;
  const bool is_of_images = result.has("images");
  add(facts, is_of_images ? "mean squared error, pixels in [0, 1]" : "mean squared error", result,
      "mse", three_digits);
  if (is_of_images) add(facts, "peak signal-to-noise ratio, dB", result, "psnr_db", two_decimals);
  add(facts, "structural similarity (SSIM)", result, "ssim", three_digits);
  add(facts, "latent numbers", result, "latent", thousands);
  add(facts, "active latent numbers", result, "active_units", thousands);
  add_bound(facts, result);
  section.body =
      html::paragraph(fmt::format("How much of {} survives the way through {} numbers?",
                                  is_of_images ? "an image" : "an example",
                                  or_dash(result.number("latent"), thousands))) +
      figures_html(study, draw_reconstruction(study),
                   {{"original",
                     "Images that the model has not been shown above, what the decoder makes of "
                     "their codes below: look for what thins out, closes or vanishes."}}) +
      html::facts(facts);
  return section;
}

Section latent_section(const Study& study) {
  Section section{"latent", "A map in two dimensions", ""};
  const Record result = study.result("latent");
  if (!result) return section;
  Facts facts;
  add(facts, "accuracy of the 5 nearest neighbours", result, "knn5_accuracy", one_decimal_percent);
  add(facts, "accuracy of a linear classifier", result, "linear_probe_accuracy",
      one_decimal_percent);
  add(facts, "mean squared error, pixels in [0, 1]", result, "mse", three_digits);
  add_bound(facts, result);
  add(facts, "mean squared error with the best code of each image, searched for", result,
      "searched_mse", three_digits);
  section.body =
      html::paragraph(
          "With two latent numbers the whole code can be seen. No label was shown in training.") +
      figures_html(study, draw_latent(study),
                   {{"latent_visualization",
                     "Each point is an image where the encoder puts it: classes "
                     "that look alike are neighbours or overlap."},
                    {"latent_manifold",
                     "What the decoder makes of a regular grid over the same plane, in "
                     "equal steps of the prior's quantiles: shapes change into one "
                     "another without breaks."}}) +
      html::facts(facts);
  return section;
}

Section interpolation_section(const Study& study) {
  Section section{"interpolation", "Interpolation", ""};
  const Record result = study.result("interpolation");
  if (!result) return section;
  std::vector<html::Row> rows;
  for (const char* kind : {"linear", "spherical", "geodesic"}) {
    const auto mean = [&](const char* key) { return result.child(key).number(kind); };
    // Results from before curves were finely divided have the length between frames alone.
    const auto length = result.has("mean_length") ? mean("mean_length") : mean("mean_path_length");
    const auto dip = mean("mean_confidence_dip");
    if (!length && !dip) continue;
    rows.push_back({kind, or_dash(length, three_digits), or_dash(mean("mean_energy"), three_digits),
                    or_dash(mean("mean_step_ratio"), two_decimals),
                    or_dash(dip, one_decimal_percent)});
  }
  section.body =
      html::paragraph(
          "What lies between two images: on a straight line, on a great circle and on a geodesic "
          "of the latent space? The geodesic is the curve of least energy under the decoder, the "
          "shortest way when lengths are taken between the images themselves.") +
      figures_html(
          study, draw_interpolation(study),
          {{"interpolation_steps",
            "How fast the image changes along each way: a geodesic moves evenly, the other two "
            "hurry where shapes change and slow down elsewhere."},
           {"interpolation",
            "From the first image to the last. Length is the way travelled in pixel space (sum of "
            "L2 steps along the curve), dip how far a classifier's confidence falls on it: a good "
            "way is short and passes through real shapes. The shortest is not always the most "
            "real: where the decoder can fade one image into the other, it does."}});
  if (!rows.empty()) {
    section.body += html::table(
        {"way", "mean length", "mean energy", "longest over mean step", "mean confidence dip"},
        rows);
  }
  return section;
}

Section robustness_section(const Study& study) {
  Section section{"robustness", "Robustness to noise", ""};
  const Record result = study.result("robustness");
  if (!result) return section;
  const std::vector<Record> models = result.list("models");
  html::Row header = {"σ", "noisy image"};
  for (const Record& model : models) header.push_back(model.text("name", "model") + " model");
  std::vector<html::Row> rows;
  const std::vector<Record> first =
      models.empty() ? std::vector<Record>() : models[0].list("curve");
  for (std::size_t i = 0; i < first.size(); ++i) {
    html::Row row = {or_dash(first[i].number("sigma"), compact),
                     or_dash(first[i].number("input_mse"), three_digits)};
    for (const Record& model : models) {
      const std::vector<Record> curve = model.list("curve");
      const Record point = i < curve.size() ? curve[i] : Record();
      std::string text = or_dash(point.number("mse"), three_digits);
      if (const auto ratio = point.number("psnr_db")) text += fmt::format(" ({:.1f} dB)", *ratio);
      row.push_back(text);
    }
    rows.push_back(row);
  }
  section.body =
      html::paragraph(
          "Gaussian noise is added to the images and clipped to [0, 1]; the error "
          "is taken to the clean image.") +
      figures_html(study, draw_robustness(study),
                   {{"robustness_images",
                     models.size() > 1 ? "Clean images, then for each strength of noise the noisy "
                                         "images and their reconstructions: a model that was "
                                         "trained to remove noise keeps shapes that the plain "
                                         "one loses."
                                       : "Clean images, then for each strength of noise the noisy "
                                         "images and their reconstructions."},
                    {"robustness",
                     "Error against noise. Below the dashed line a model removes more "
                     "than it loses."}});
  if (!rows.empty()) {
    section.body +=
        html::details("All values: mean squared error (and dB)", html::table(header, rows));
  }
  return section;
}

Section anomaly_section(const Study& study, const std::string& name) {
  const Record result = study.result(name);
  const std::string normal = set_name(result.text("normal", "the normal set"));
  const std::string anomalous = set_name(result.text("anomalous", "the anomalous set"));
  Section section{name, "Anomaly detection: " + normal + " against " + anomalous, ""};
  if (!result) return section;
  std::vector<html::Row> rows;
  for (const Record& score : result.list("scores")) {
    std::string label = spoken(score.text("name", "score"));
    if (score.text("name") == result.text("chosen")) label += " (chosen)";
    rows.push_back({label, or_dash(score.number("auroc"), four_decimals),
                    or_dash(score.number("aupr"), four_decimals),
                    or_dash(score.number("threshold"), compact),
                    or_dash(score.number("accept_rate"), as_percent),
                    or_dash(score.number("false_accept_rate"), as_percent)});
  }
  if (const Record rule = result.child("seed_rule")) {
    rows.push_back(
        {"seed's rule: error inside μ ± 2σ", "–", "–",
         or_dash(rule.number("low"), compact) + " to " + or_dash(rule.number("high"), compact),
         or_dash(rule.number("mnist_accept_rate"), as_percent),
         or_dash(rule.number("fashion_mnist_accept_rate"), as_percent)});
  }
  std::string question =
      "The model has seen only " + normal + ": does it notice " + anomalous + "?";
  if (const auto count = result.number("calibration_count")) {
    question += fmt::format(" The threshold was set on {} held-out images of {}", thousands(*count),
                            normal);
    const auto rate = result.number("false_alarm_rate");
    question += rate ? fmt::format(" for {:g} % false alarms.", 100 * *rate) : ".";
  }
  section.body = html::paragraph(question);
  section.body += figures_html(
      study, draw_anomaly(study, name),
      {{name + "_extremes",
        "The images that the score gets most wrong: normal ones that look odd, "
        "and anomalies that pass easily."},
       {name,
        "Left: the scores of both sets; what lies right of the threshold is an alarm. Right: "
        "how many anomalies are found for a given rate of false alarms."}});
  if (!rows.empty()) {
    section.body += html::table(
        {"score", "AUROC", "AUPR", "threshold", normal + " accepted", anomalous + " accepted"},
        rows);
  }
  return section;
}

Section one_class_section(const Study& study) {
  Section section{"one-class", "One class against the others", ""};
  const Record result = study.result("one_class");
  if (!result) return section;
  html::Row header = {"normal class", "trained on"}, means = {"mean", ""};
  for (const Record& score : result.list("scores")) {
    header.push_back(spoken(score.text("name", "score")));
    means.push_back(or_dash(score.number("auroc"), four_decimals));
  }
  std::vector<html::Row> rows;
  for (const Record& each : result.list("classes")) {
    html::Row row = {each.label("class"), or_dash(each.number("train_count"), thousands)};
    for (const Record& score : each.list("scores")) {
      row.push_back(or_dash(score.number("auroc"), four_decimals));
    }
    row.resize(header.size(), "–");
    rows.push_back(std::move(row));
  }
  rows.push_back(std::move(means));
  section.body =
      html::paragraph("Each class of " + set_name(result.text("data", "the data")) +
                      " in turn is normal: a model that has seen it alone judges the whole test "
                      "set, in which all other classes are anomalies.") +
      figures_html(study, draw_one_class(study),
                   {{"one_class",
                     "The share of pairs of a normal and an anomalous image that the scores put in "
                     "the right order (AUROC), a row for each normal class; the dashed lines are "
                     "the means. One half is guessing."}}) +
      html::details("AUROC of all scores", html::table(header, rows));
  return section;
}

Section conditional_section(const Study& study) {
  Section section{"conditional", "Images to order", ""};
  const Record result = study.result("conditional");
  if (!result) return section;
  Facts facts;
  add(facts, "samples that show the asked class", result, "label_accuracy", as_percent);
  add(facts, "samples judged", result, "count", thousands);
  add(facts, "the judge's own accuracy on real test images", result, "classifier_test_accuracy",
      as_percent);
  add(facts, "classifier trained on distorted samples alone, tested on real images", result,
      "train_on_generated_accuracy", as_percent);
  add(facts, "Fréchet distance to test images, in the judge's features (not Inception's)", result,
      "classifier_frechet_distance", three_digits);
  section.body = html::paragraph(
                     "A conditional model is asked for a class; an independent classifier, trained "
                     "on real images, judges what came.") +
                 figures_html(study, draw_conditional(study),
                              {{"conditional",
                                "A row a class, with the share of its samples that the "
                                "classifier recognises: look for variety within a row."}}) +
                 html::facts(facts);
  return section;
}

Section samples_section(const Study& study, const std::string& caption) {
  Section section{"samples", "Samples", ""};
  const Figures figures = draw_samples(study);
  if (figures.empty()) return section;
  section.body = html::paragraph("Images decoded from random draws of the prior.") +
                 figures_html(study, figures, {{"samples", caption}});
  return section;
}

Section likelihood_section(const Study& study) {
  Section section{"likelihood", "Likelihood", ""};
  const Record result = study.result("likelihood");
  if (!result) return section;
  Facts facts;
  if (const auto nll = result.number("nll_nats")) {
    const auto error = result.number("nll_standard_error_nats");
    facts.emplace_back("−log p(x), nats an image (upper bound)",
                       two_decimals(*nll) + (error ? " ± " + two_decimals(*error) : ""));
  }
  add(facts, "ELBO of the same images, nats", result, "elbo_nats", two_decimals);
  add(facts, "importance samples", result, "importance_samples", thousands);
  add(facts, "images", result, "count", thousands);
  if (result.has("model")) facts.emplace_back("model", result.text("model"));
  if (result.has("binarisation")) facts.emplace_back("binarisation", result.text("binarisation"));
  section.body = html::paragraph(
                     "How probable are the test images under the model? Importance "
                     "sampling tightens the bound; ± is the standard error.") +
                 html::facts(facts);
  return section;
}

}  // namespace elbo
