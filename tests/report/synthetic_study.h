// A small study folder with blobs for images, written to a temporary place.
#pragma once

#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/philox.h"
#include "elbo/io/npy.h"

namespace elbo::testing {

using nlohmann::json;

/// Images of a bright blob on black, somewhere else in each.
inline Array blobs(Extents leading, std::int64_t channels = 1) {
  const std::int64_t count = element_count(leading);
  leading.insert(leading.end(), {12, 10, channels});
  Array images(DType::u8, leading);
  auto values = images.values<std::uint8_t>();
  RandomSequence random(7);
  std::size_t at = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double x = random.next_uniform(2, 8), y = random.next_uniform(2, 10);
    for (int row = 0; row < 12; ++row) {
      for (int column = 0; column < 10; ++column) {
        const double squared = (row - y) * (row - y) + (column - x) * (column - x);
        for (std::int64_t c = 0; c < channels; ++c) {
          values[at++] = static_cast<std::uint8_t>(255 * std::exp(-squared / (2.0 + 2.0 * c)));
        }
      }
    }
  }
  return images;
}

inline Array normals(Extents extents, double mean, std::uint64_t seed) {
  Array array(DType::f32, std::move(extents));
  RandomSequence random(seed);
  for (float& value : array.values<float>()) {
    value = static_cast<float>(mean + 10 * random.next_normal());
  }
  return array;
}

inline json score(const std::string& name, const std::string& prefix) {
  return {{"name", name},
          {"threshold", 120.0},
          {"auroc", 0.9987},
          {"aupr", 0.9981},
          {"accept_rate", 0.99},
          {"false_accept_rate", 0.004},
          {"normal", prefix + "_" + name + "_normal.npy"},
          {"anomalous", prefix + "_" + name + "_anomalous.npy"}};
}

/// A folder that is removed at the end of the test.
class StudyFolder {
 public:
  StudyFolder();
  ~StudyFolder();
  StudyFolder(const StudyFolder&) = delete;
  StudyFolder& operator=(const StudyFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path results() const { return path_ / "results"; }

  void write_json(const std::string& name, const nlohmann::json& value) const;
  nlohmann::json read_json(const std::string& name) const;
  /// Every file that docs/formats/results.md describes.
  void write_everything() const;
  std::string page() const;

 private:
  std::filesystem::path path_;
};

inline StudyFolder::StudyFolder() {
  std::string name = std::filesystem::temp_directory_path() / "elbo_report_XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw FileError("{}: can't be made", name);
  path_ = name;
  make_directory(results());
}

inline StudyFolder::~StudyFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

inline void StudyFolder::write_json(const std::string& name, const json& value) const {
  write_text_file(results() / (name + ".json"), value.dump(1));
}

inline nlohmann::json StudyFolder::read_json(const std::string& name) const {
  return json::parse(read_text_file(results() / (name + ".json")));
}

inline std::string StudyFolder::page() const {
  return read_text_file(path_ / "report.html");
}

inline void StudyFolder::write_everything() const {
  const auto save = [&](const std::string& name, const Array& array) {
    write_npy(results() / name, array);
  };
  json models = json::array();
  for (const char* name : {"reconstruction", "latent"}) {
    models.push_back({{"name", name},
                      {"folder", std::string("models/") + name},
                      {"preset", "vae-32"},
                      {"settings", {{"train", {{"epochs", 3}, {"learning_rate", 0.001}}}}},
                      {"parameters", 1070000},
                      {"epochs", 3},
                      {"seconds", 12.5},
                      {"examples_per_second", 81234.5}});
    make_directory(path_ / "models" / name);
    write_text_file(path_ / "models" / name / "metrics.jsonl",
                    R"({"epoch":1,"train":{"elbo_nats":-180.5},"validation":{"elbo_nats":-150}})"
                    "\n"
                    R"({"epoch":2,"train":{"elbo_nats":-120},"validation":{"elbo_nats":-118}})"
                    "\n"
                    R"({"epoch":3,"train":{"elbo_na)");
  }
  write_json("study", {{"budget", "quick"},
                       {"seed", 1},
                       {"threads", 2},
                       {"machine", {{"cpu", "a processor"}, {"cores", 2}, {"memory_gib", 15.6}}},
                       {"commit_or_version", "0.1.0"},
                       {"seconds", 84.3},
                       {"data", {{"normal", "mnist"}, {"anomalous", "fashion-mnist"}}},
                       {"command", "elbo reproduce --out study"},
                       {"models", models}});
  save("reconstruction_images.npy", blobs({2, 8}, 3));
  write_json("reconstruction", {{"mse", 0.00612},
                                {"psnr_db", 22.1},
                                {"latent", 32},
                                {"elbo_nats", -98.4},
                                {"images", "reconstruction_images.npy"},
                                {"labels", {0, 1, 2, 3, 4, 5, 6, 7}}});
  save("latent_means.npy", normals({300, 2}, 0, 1));
  Array labels(DType::i32, {300});
  for (std::size_t i = 0; i < 300; ++i) {
    labels.values<std::int32_t>()[i] = static_cast<std::int32_t>(i % 3);
  }
  save("latent_labels.npy", labels);
  save("latent_manifold.npy", blobs({4, 4}));
  write_json("latent", {{"knn5_accuracy", 0.77},
                        {"mse", 0.0361},
                        {"class_names", {"0", "1", "2"}},
                        {"means", "latent_means.npy"},
                        {"labels", "latent_labels.npy"},
                        {"manifold", "latent_manifold.npy"},
                        {"manifold_quantile_range", {0.05, 0.95}}});
  save("interpolation_images.npy", blobs({3, 5}));
  json ways = json::array();
  for (const char* kind : {"linear", "spherical", "geodesic"}) {
    ways.push_back({{"from", 3},
                    {"to", "8"},
                    {"kind", kind},
                    {"path_length", 9.5},
                    {"curve_step_lengths", {2.5, 3.0, 3.5, 2.0}},
                    {"length", 11.0},
                    {"energy", 130.0},
                    {"step_ratio", 1.27},
                    {"confidence_dip", 0.2}});
  }
  write_json("interpolation",
             {{"rows", ways},
              {"images", "interpolation_images.npy"},
              {"mean_path_length", {{"linear", 9.5}, {"spherical", 9.9}, {"geodesic", 9.1}}},
              {"mean_length", {{"linear", 11.0}, {"spherical", 11.5}, {"geodesic", 10.5}}},
              {"mean_energy", {{"linear", 130.0}, {"spherical", 140.0}, {"geodesic", 112.0}}},
              {"mean_step_ratio", {{"linear", 1.9}, {"spherical", 1.8}, {"geodesic", 1.02}}},
              {"mean_confidence_dip", {{"linear", 0.2}, {"spherical", 0.1}, {"geodesic", 0.3}}}});
  json curve = json::array();
  for (const double sigma : {0.0, 0.25, 0.5}) {
    curve.push_back({{"sigma", sigma},
                     {"mse", 0.01 + 0.04 * sigma * sigma},
                     {"psnr_db", 20.0},
                     {"input_mse", sigma * sigma / 2}});
  }
  save("robustness_images.npy", blobs({4, 5}));
  write_json("robustness",
             {{"models",
               {{{"name", "plain"}, {"curve", curve}}, {{"name", "denoising"}, {"curve", curve}}}},
              {"images", "robustness_images.npy"},
              {"image_rows", {"clean", "σ = 0.25", "plain", "denoising"}}});
  for (const char* prefix : {"anomaly", "anomaly_reverse"}) {
    const std::string name = prefix;
    for (const char* kind : {"negative_elbo", "reconstruction_error"}) {
      save(name + "_" + kind + "_normal.npy", normals({500}, 100, 2));
      save(name + "_" + kind + "_anomalous.npy", normals({500}, 200, 3));
    }
    save(name + "_odd.npy", blobs({5}));
    write_json(name,
               {{"normal", "mnist:test"},
                {"anomalous", "fashion-mnist:test"},
                {"calibration_count", 5000},
                {"false_alarm_rate", 0.01},
                {"scores", {score("negative_elbo", name), score("reconstruction_error", name)}},
                {"chosen", "negative_elbo"},
                {"seed_rule",
                 {{"low", 0.001},
                  {"high", 0.03},
                  {"mnist_accept_rate", 0.96},
                  {"fashion_mnist_accept_rate", 0.032}}},
                {"most_anomalous_normal", name + "_odd.npy"},
                {"most_normal_anomalous", name + "_odd.npy"}});
  }
  save("conditional_images.npy", blobs({3, 6}));
  write_json("conditional", {{"label_accuracy", 0.981},
                             {"count", 1000},
                             {"class_names", {"0", "1", "2"}},
                             {"per_class_accuracy", {0.99, 0.97, 0.98}},
                             {"classifier_test_accuracy", 0.993},
                             {"images", "conditional_images.npy"}});
  save("samples_vae.npy", blobs({2, 6}));
  write_json("samples", {{"models", {{{"name", "vae"}, {"images", "samples_vae.npy"}}}}});
  write_json("likelihood", {{"nll_nats", 88.1}, {"importance_samples", 5000}, {"count", 100}});
  write_text_file(path_ / "summary.json", R"({"seconds": 84.3})");
}

}  // namespace elbo::testing
