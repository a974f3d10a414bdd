// The run folder as everything else reads it: what training leaves, and what damage does.
#include "elbo/train/run_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/safetensors.h"
#include "elbo/train/metrics_log.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

namespace fs = std::filesystem;

class RunFolder : public ::testing::Test {
 protected:
  void train(RunConfig config = testing::tiny_config()) {
    config.train.epochs = 2;
    train_run(config, testing::tiny_images(64), {.folder = paths.folder, .callbacks = {}});
  }
  /// Loading must fail with one line that names the file.
  void expect_file_error(const fs::path& file, const std::string& what) {
    try {
      load_run(paths.folder, 1);
      ADD_FAILURE() << what << ": no error";
    } catch (const FileError& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      EXPECT_TRUE(message.starts_with(file.string() + ": ")) << message;
    }
  }

  const TemporaryFolder folder{memory_folder()};
  const RunPaths paths{folder / "run"};
};

TEST_F(RunFolder, ConfigMakesARoundTrip) {
  RunConfig config;
  config.data = {.validation = 0.25, .binarisation = "dynamic", .noise = 0.5};
  config.model = {.name = "conditional_vae",
                  .latent = 7,
                  .network = "conv",
                  .hidden = {9, 8},
                  .decoder_hidden = {5},
                  .channels = {3, 4},
                  .kernel = 5,
                  .activation = "silu",
                  .normalization = "layer",
                  .likelihood = "gaussian"};
  config.objective = {.name = "elbo", .beta = 0.5, .warmup_epochs = 3};
  config.train.learning_rate = 0.123456789012345;
  config.train.seed = 77;
  config.data_spec = "npy:a \"name\".npy";
  config.shape = {.image = {6, 5, 3}, .class_count = 2, .unit_interval = false};
  config.class_names = {"übel", "gut"};
  config.version = "9.9";
  write_text_file(folder / "config.json", to_json(config).dump());
  const RunConfig read = read_run_config(folder / "config.json");
  EXPECT_EQ(to_json(read), to_json(config));
  EXPECT_EQ(read.shape.image, config.shape.image);
  EXPECT_EQ(read.train.learning_rate, config.train.learning_rate);
  EXPECT_EQ(read.class_names, config.class_names);
}

TEST_F(RunFolder, HoldsTheModelsTensorsByName) {
  train();
  std::set<std::string> names;
  for (const auto& [name, array] : read_safetensors(paths.model()).tensors) names.insert(name);
  EXPECT_EQ(names, (std::set<std::string>{"encoder.dense1.weight", "encoder.dense1.bias",
                                          "encoder.posterior.weight", "encoder.posterior.bias",
                                          "decoder.dense1.weight", "decoder.dense1.bias",
                                          "decoder.output.weight", "decoder.output.bias"}));
  EXPECT_EQ(read_safetensors(paths.model()).find("encoder.dense1.weight")->extents(),
            (Extents{16, 8}));
}

TEST_F(RunFolder, EveryKindOfModelLoadsAgain) {
  const std::vector<std::pair<std::string, std::function<void(RunConfig&)>>> kinds = {
      {"conditional", [](RunConfig& c) { c.model.name = "conditional_vae"; }},
      {"conv",
       [](RunConfig& c) {
         c.model.network = "conv";
         c.model.channels = {3, 5};
       }},
      {"gaussian", [](RunConfig& c) { c.model.likelihood = "gaussian"; }},
      {"per_pixel", [](RunConfig& c) { c.model.likelihood = "gaussian_per_pixel"; }},
      {"normalized", [](RunConfig& c) { c.model.normalization = "layer"; }},
      {"uneven",
       [](RunConfig& c) {
         c.model.decoder_hidden = {4, 6};
       }},
  };
  for (const auto& [name, change] : kinds) {
    SCOPED_TRACE(name);
    RunConfig config = testing::tiny_config();
    config.train.epochs = 1;
    change(config);
    train_run(config, testing::tiny_images(64), {.folder = folder / name, .callbacks = {}});
    const LoadedRun loaded = load_run(folder / name, 1);
    EXPECT_EQ(loaded.config.model.name, config.model.name);
    const Array images = loaded.vae.reconstruct(testing::tiny_images(10, 2));
    EXPECT_EQ(images.extents(), (Extents{10, 16}));
  }
}

TEST_F(RunFolder, MissingFilesAreNamed) {
  expect_file_error(paths.folder, "no folder");
  make_directory(paths.folder);
  expect_file_error(paths.config(), "an empty folder");
  train();
  fs::remove(paths.model());
  expect_file_error(paths.model(), "no model");
}

TEST_F(RunFolder, ADamagedConfigIsNamed) {
  train();
  const std::string whole = read_text_file(paths.config());
  const nlohmann::json object = nlohmann::json::parse(whole);
  std::vector<std::string> damaged = {"",     "{",  "[]",
                                      "null", "42", whole.substr(0, whole.size() / 2)};
  const auto with = [&](const char* pointer, const nlohmann::json& value) {
    nlohmann::json changed = object;
    changed[nlohmann::json::json_pointer(pointer)] = value;
    damaged.push_back(changed.dump());
  };
  for (const char* key : {"data", "model", "objective", "train", "shape", "data_spec"}) {
    nlohmann::json changed = object;
    changed.erase(key);
    damaged.push_back(changed.dump());
  }
  with("/model/latent", -1);
  with("/model/latent", 1e300);
  with("/model/likelihood", "cauchy");
  with("/model/unknown", 1);
  with("/model", 3);
  with("/shape/height", 0);
  with("/shape/height", std::int64_t{1} << 62);
  with("/shape/width", std::int64_t{1} << 28);
  with("/shape/channels", "three");
  with("/shape/class_count", -1);
  with("/shape/class_names", 7);
  with("/data_spec", nullptr);
  for (const std::string& text : damaged) {
    write_text_file(paths.config(), text);
    expect_file_error(paths.config(), text.substr(0, 100));
  }
}

TEST_F(RunFolder, AConfigThatAsksForAnAbsurdModelIsNamed) {
  train();
  const nlohmann::json object = nlohmann::json::parse(read_text_file(paths.config()));
  const auto expect_refused = [&](const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json changed = object;
    change(changed);
    write_text_file(paths.config(), changed.dump());
    // Either file may be to blame; what matters is that nothing is allocated or computed first.
    EXPECT_THROW(load_run(paths.folder, 1), FileError) << changed.dump();
  };
  expect_refused([](auto& c) { c["model"]["hidden"] = {1 << 20, 1 << 20, 1 << 20}; });
  expect_refused([](auto& c) {
    c["shape"]["width"] = 1 << 26;
    c["model"]["hidden"] = {1 << 20};
  });
  expect_refused([](auto& c) {
    c["model"]["name"] = "conditional_vae";
    c["shape"]["class_count"] = 0;
  });
  expect_refused([](auto& c) {
    c["shape"]["class_count"] = 1 << 28;
    c["model"]["name"] = "conditional_vae";
  });
}

TEST_F(RunFolder, ADamagedModelIsNamed) {
  train();
  const SafeTensors whole = read_safetensors(paths.model());
  const auto expect_refused = [&](const SafeTensors& changed, const char* what) {
    write_safetensors(paths.model(), changed);
    expect_file_error(paths.model(), what);
  };
  SafeTensors changed = whole;
  changed.tensors.pop_back();
  expect_refused(changed, "a tensor less");
  changed = whole;
  changed.tensors.emplace_back("extra", Array(DType::f32, {1}));
  expect_refused(changed, "a tensor more");
  changed = whole;
  changed.tensors[0].second = Array(DType::f32, {1, 1});
  expect_refused(changed, "another shape");
  changed = whole;
  changed.tensors[0].second = Array(DType::i32, whole.tensors[0].second.extents());
  expect_refused(changed, "another type");
  write_safetensors(paths.model(), whole);
  fs::resize_file(paths.model(), fs::file_size(paths.model()) - 4);
  expect_file_error(paths.model(), "cut off");
  write_text_file(paths.model(), "");
  expect_file_error(paths.model(), "empty");
}

TEST_F(RunFolder, MetricsAreCutToTheEpochsThatCount) {
  const fs::path path = folder / "metrics.jsonl";
  truncate_metrics(path, 5);  // no file is fine
  EXPECT_FALSE(fs::exists(path));
  for (std::int64_t epoch = 1; epoch <= 3; ++epoch) {
    append_metrics(path, {.epoch = epoch, .train = {{"elbo_nats", -1.5}}, .validation = {}});
  }
  const std::string three = read_text_file(path);
  write_text_file(path, three + "{\"epoch\": 4, \"tra");
  truncate_metrics(path, 9);
  EXPECT_EQ(read_text_file(path), three);
  truncate_metrics(path, 2);
  const std::string two = read_text_file(path);
  EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 2);
  EXPECT_TRUE(three.starts_with(two));
  write_text_file(path, two + "{\"epoch\": \"three\"}\n");
  truncate_metrics(path, 9);
  EXPECT_EQ(read_text_file(path), two);
  write_text_file(path, "\x80 damaged\n" + two);
  truncate_metrics(path, 9);
  EXPECT_EQ(read_text_file(path), two);
  truncate_metrics(path, 0);
  EXPECT_EQ(read_text_file(path), "");
}

}  // namespace
}  // namespace elbo
