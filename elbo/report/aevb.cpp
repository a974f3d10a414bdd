#include "elbo/report/aevb.h"

#include <fmt/format.h>

#include "elbo/report/format.h"
#include "elbo/report/html.h"

namespace elbo {
namespace {

std::string nats(double value) {
  return fmt::format("{}{:.1f}", value < 0 ? "−" : "", value < 0 ? -value : value);
}

std::string published_text() {
  return fmt::format("−{:.0f}", -kPublishedBound);
}

bool is_published(const Study& study, const Record& model) {
  return study.is_of_mnist() && model.number("latent") == kPublishedLatents;
}

/// The last point of a model's curve, or an empty record.
Record last_point(const Record& model) {
  const std::vector<Record> points = model.list("curve");
  return points.empty() ? Record() : points.back();
}

std::string findings(const Study& study) {
  const Record* best = nullptr;
  const std::vector<Record> models = study.result("aevb").list("models");
  for (const Record& model : models) {
    const auto bound = last_point(model).number("test_elbo_nats");
    if (bound && (best == nullptr || *bound > *last_point(*best).number("test_elbo_nats"))) {
      best = &model;
    }
  }
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const Record& model : models) {
    const auto bound = last_point(model).number("test_elbo_nats");
    if (!bound || (&model != &models.front() && &model != best && !is_published(study, model))) {
      continue;
    }
    add(fmt::format("{} nats a test image with {} latents", nats(*bound),
                    or_dash(model.number("latent"), thousands)));
    if (is_published(study, model)) {
      text += fmt::format(" (published: about {})", published_text());
    }
  }
  return text.empty() ? text : "the lower bound reaches " + text;
}

std::string settings_text(const Study& study) {
  const Record result = study.result("aevb");
  const bool is_dynamic = result.text("binarisation") == "dynamic";
  std::string text =
      is_dynamic
          ? "Pixels are binarised dynamically: each time an image is looked at, in training "
            "and in estimating the bound, every pixel is drawn as 0 or 1 with its grey value "
            "as the probability; the bound is on the probability of these bits, which is what the "
            "Bernoulli likelihood is of."
          : "Pixels are grey values, for which a Bernoulli likelihood is a training objective "
            "and no probability.";
  text += fmt::format(
      " Encoder and decoder have one hidden layer of {} {} units, a minibatch has {} images with "
      "one "
      "draw of the code each, as in the paper. The paper climbs by Adagrad; here it is {} at a "
      "constant rate of {:g}, and the bound is estimated with a moving average of the weights "
      "(decay {:g}). The weights have no prior.",
      result.numbers("hidden").empty() ? "–" : thousands(result.numbers("hidden").front()),
      result.text("activation", "–"), or_dash(result.number("batch_size"), thousands),
      result.text("optimizer") == "adam" ? "Adam" : result.text("optimizer", "–"),
      result.number("learning_rate").value_or(0), result.number("average_decay").value_or(0));
  return text;
}

Section bounds_section(const Study& study) {
  Section section{"bounds", "The lower bound while it is trained", ""};
  const Record result = study.result("aevb");
  if (!result) return section;
  std::vector<html::Row> rows;
  for (const Record& model : result.list("models")) {
    const Record point = last_point(model);
    rows.push_back({or_dash(model.number("latent"), thousands),
                    {or_dash(point.number("test_elbo_nats"), nats), "ours"},
                    or_dash(point.number("train_elbo_nats"), nats),
                    or_dash(point.number("test_kl_nats"), nats),
                    or_dash(point.number("active_units"), thousands),
                    or_dash(point.number("examples"), thousands),
                    {is_published(study, model) ? "≈ " + published_text() : "–", "note"}});
  }
  section.body = html::paragraph(
      "Figure 2 of the paper: how does the evidence lower bound rise with the number of training "
      "images looked at, for codes of several sizes?");
  for (const Figure& figure : draw_bounds(study)) {
    section.body += html::figure(
        study.figures(), figure,
        "What the paper found and is to be looked for: with more latents the bound rises and then "
        "stays, and latents that are not needed don't widen the gap between training and test "
        "images. Early points may lie below the axis.");
  }
  if (!rows.empty()) {
    section.body += html::table({"latents",
                                 "bound on test images, nats",
                                 "on training images",
                                 "KL of test images",
                                 "latents in use",
                                 "training images looked at",
                                 {"published, figure 2", "note"}},
                                rows);
  }
  std::string basis = settings_text(study);
  if (const auto count = result.number("bound_count")) {
    basis += fmt::format(
        " The bound is estimated on {} images of each set with the weights of that moment; nothing "
        "is chosen by it.",
        thousands(*count));
  }
  section.body += html::paragraph(basis, "soft");
  return section;
}

Section manifold_section(const Study& study) {
  Section section = latent_section(study);
  if (section.body.empty()) return section;
  section.title = "A code of two numbers";
  section.body = html::paragraph(
                     "Figure 4 of the paper: the manifold that the decoder spans, at even steps of "
                     "the prior's quantiles.") +
                 section.body;
  return section;
}

}  // namespace

Page aevb_page(const Study& study) {
  const std::string name = set_name(study.result("study").child("data").text("normal"));
  return {.title = "Auto-encoding variational Bayes" + (name.empty() ? "" : " on " + name),
          .findings = findings(study),
          .sections = {
              bounds_section(study),
              manifold_section(study),
              samples_section(study,
                              "Figure 5 of the paper, not chosen by hand: with few latents every "
                              "draw is a smooth average of digits, with more of them strokes grow "
                              "sharper and more draws are no digit at all."),
              {"training", "Training", models_table(study)},
              settings_section(study),
              repeat_section(study),
          }};
}

}  // namespace elbo
