#include "elbo/report/anchors.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "elbo/report/format.h"

namespace elbo {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

enum class Unit { plain, share, area, nats };

struct Anchor {
  const char* name;
  std::optional<double> (*measured)(const Study&);
  Unit unit;
  bool lower_is_better;
  /// For the budgets quick, standard, full.
  std::array<double, 3> targets;
  const char* seed;
  const char* published;
};

/// results/NAME.json is the full account; summary.json has the same numbers when it is missing.
std::optional<double> lookup(const Study& study, const char* name, const char* key) {
  if (const auto value = study.result(name).number(key)) return value;
  return study.summary().child(name).number(key);
}

std::optional<double> chosen_score(const Study& study, const char* name, const char* key) {
  const Record result = study.result(name);
  const std::string chosen = result.text("chosen");
  for (const Record& score : result.list("scores")) {
    if (chosen.empty() || score.text("name") == chosen) return score.number(key);
  }
  return study.summary().child(name).number(key);
}

std::optional<double> error_at(const std::vector<Record>& curve, double sigma) {
  for (const Record& point : curve) {
    if (std::abs(point.number("sigma").value_or(-1) - sigma) < 1e-6) return point.number("mse");
  }
  return std::nullopt;
}

/// The denoising model's error, or that of the only model there is.
std::optional<double> denoised(const Study& study, double sigma) {
  const std::vector<Record> models = study.result("robustness").list("models");
  for (const Record& model : models) {
    if (model.text("name") == "denoising" || models.size() == 1) {
      return error_at(model.list("curve"), sigma);
    }
  }
  return error_at(study.summary().child("robustness").list("curve"), sigma);
}

std::optional<double> reconstruction_error(const Study& study) {
  if (lookup(study, "reconstruction", "latent").value_or(32) != 32) return std::nullopt;
  return lookup(study, "reconstruction", "mse");
}

const std::array<Anchor, 14> kAnchors = {{
    {"Reconstruction, 32 latents: MSE",
     reconstruction_error,
     Unit::plain,
     true,
     {.0065, .0040, .0026},
     "0.0173",
     "PCA with 30 codes 0.0177; autoencoder with 30 codes 0.0038, with 64 codes 0.0016"},
    {"Reconstruction, 2 latents: MSE",
     [](const Study& s) { return lookup(s, "latent", "mse"); },
     Unit::plain,
     true,
     {.0370, .0340, .0305},
     "–",
     "VAE 0.0371; UMAP autoencoder 0.0360"},
    {"The same, the best code of each image searched for: MSE",
     [](const Study& s) { return lookup(s, "latent", "searched_mse"); },
     Unit::plain,
     true,
     {kNone, kNone, .0305},
     "–",
     "–"},
    {"2-D map: 5 nearest neighbours name the class",
     [](const Study& s) { return lookup(s, "latent", "knn5_accuracy"); },
     Unit::share,
     false,
     {.78, .83, .86},
     "a picture",
     "VAE 76.5 %; autoencoder 79.3 %"},
    {"Noise σ = 0.25: MSE to the clean image",
     [](const Study& s) { return denoised(s, .25); },
     Unit::plain,
     true,
     {.012, .008, .006},
     "0.0212, σ unstated",
     "–"},
    {"Noise σ = 0.5: MSE to the clean image",
     [](const Study& s) { return denoised(s, .5); },
     Unit::plain,
     true,
     {.020, .013, .010},
     "0.0212, σ unstated",
     "–"},
    {"Anomaly detection: MNIST accepted",
     [](const Study& s) { return chosen_score(s, "anomaly", "accept_rate"); },
     Unit::share,
     false,
     {.99, .995, .995},
     "98.4 %",
     "–"},
    {"Anomaly detection: Fashion-MNIST accepted",
     [](const Study& s) { return chosen_score(s, "anomaly", "false_accept_rate"); },
     Unit::share,
     true,
     {.005, .001, .0002},
     "1.13 %",
     "–"},
    {"Anomaly detection: AUROC",
     [](const Study& s) { return chosen_score(s, "anomaly", "auroc"); },
     Unit::area,
     false,
     {kNone, kNone, kNone},
     "–",
     "1.00"},
    {"Trained on Fashion-MNIST, MNIST as the anomaly: AUROC",
     [](const Study& s) { return chosen_score(s, "anomaly_reverse", "auroc"); },
     Unit::area,
     false,
     {kNone, .99, .999},
     "–",
     "ELBO 0.87; likelihood regret 0.99; LPath 1.00"},
    {"Samples of an asked class that show it",
     [](const Study& s) { return lookup(s, "conditional", "label_accuracy"); },
     Unit::share,
     false,
     {.975, .993, .997},
     "a picture",
     "conditional GAN 96.2 %"},
    {"Classifier trained on samples alone: accuracy on real digits",
     [](const Study& s) { return lookup(s, "conditional", "train_on_generated_accuracy"); },
     Unit::share,
     false,
     {kNone, .975, .985},
     "–",
     "98.1 %"},
    {"−log p(x) of the first test images, dynamic binarisation: nats",
     [](const Study& s) { return lookup(s, "likelihood", "nll_nats"); },
     Unit::nats,
     true,
     {kNone, 86.5, 81.0},
     "–",
     "MLP 84.78; IWAE-50 82.90; ResNet with flow prior 78.49; best 76.93"},
    {"Seed's rule (μ ± 2σ of the error): Fashion-MNIST accepted",
     [](const Study& s) {
       const auto value =
           s.result("anomaly").child("seed_rule").number("fashion_mnist_accept_rate");
       return value ? value
                    : s.summary()
                          .child("anomaly")
                          .child("seed_rule")
                          .number("fashion_mnist_accept_rate");
     },
     Unit::share,
     true,
     {kNone, kNone, kNone},
     "1.13 %",
     "–"},
}};

std::string show(double value, Unit unit) {
  switch (unit) {
    case Unit::share:
      return percent(value);
    case Unit::area:
      return fmt::format("{:.4f}", value);
    case Unit::nats:
      return fmt::format("{:.2f}", value);
    case Unit::plain:
      break;
  }
  return significant(value, 3);
}

/// A target as it is set: without digits that nobody asked for.
std::string show_target(double value, Unit unit) {
  return unit == Unit::share ? fmt::format("{:g} %", 100 * value) : fmt::format("{:g}", value);
}

std::optional<std::size_t> budget_index(const std::string& budget) {
  if (budget == "quick") return 0;
  if (budget == "standard") return 1;
  if (budget == "full") return 2;
  return std::nullopt;
}

}  // namespace

std::vector<Comparison> compare_with_anchors(const Study& study) {
  const auto budget = budget_index(study.result("study").text("budget"));
  std::vector<Comparison> rows;
  for (const Anchor& anchor : kAnchors) {
    const std::optional<double> value = anchor.measured(study);
    if (!value) continue;
    Comparison row{anchor.name, show(*value, anchor.unit), anchor.seed, anchor.published, "–", {}};
    if (budget && !std::isnan(anchor.targets[*budget])) {
      const double target = anchor.targets[*budget];
      row.target = (anchor.lower_is_better ? "≤ " : "≥ ") + show_target(target, anchor.unit);
      row.met = anchor.lower_is_better ? *value <= target : *value >= target;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace elbo
