// Data and settings small enough to train on in milliseconds.
#pragma once

#include <string>
#include <vector>

#include "elbo/base/philox.h"
#include "elbo/data/dataset.h"
#include "elbo/experiments/load_run.h"
#include "elbo/train/train_run.h"
#include "tests/temporary_folder.h"

namespace elbo::testing {

/// `count` grey images of 4 x 4 pixels: one of three bars, brighter or darker, with some noise.
/// Labelled by the bar.
inline Dataset tiny_images(std::int32_t count, std::uint64_t seed = 1) {
  Dataset data;
  data.spec = "tiny";
  data.example = {4, 4, 1};
  data.examples = Array(DType::u8, {count, 16});
  data.labels = Array(DType::i32, {count});
  data.class_names = {"top", "middle", "bottom"};
  RandomSequence random(seed);
  for (std::int32_t i = 0; i < count; ++i) {
    const auto bar = random.next_below(3);
    const double brightness = random.next_uniform(120, 230);
    const auto row = data.examples.row<std::uint8_t>(i);
    for (std::size_t pixel = 0; pixel < 16; ++pixel) {
      const double clean = pixel / 4 == bar ? brightness : 15;
      row[pixel] = static_cast<std::uint8_t>(clean + random.next_uniform(0, 25));
    }
    data.labels->values<std::int32_t>()[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(bar);
  }
  return data;
}

/// `count` rows of six numbers on a noisy plane, no labels.
inline Dataset tiny_table(std::int32_t count, std::uint64_t seed = 1) {
  Dataset data;
  data.spec = "tiny-table";
  data.example = {1, 1, 6};
  data.examples = Array(DType::f32, {count, 6});
  RandomSequence random(seed);
  for (std::int32_t i = 0; i < count; ++i) {
    const double a = random.next_normal(), b = random.next_normal();
    const auto row = data.examples.row<float>(i);
    for (std::size_t j = 0; j < 6; ++j) {
      const auto weight = static_cast<double>(j);
      row[j] =
          static_cast<float>(a * (1 - weight / 3) + b * weight / 4 + 0.1 * random.next_normal());
    }
  }
  return data;
}

/// Three epochs of a model with two latents, one hidden layer of eight.
inline RunConfig tiny_config() {
  RunConfig config;
  config.data.validation = 0.2;
  config.model.latent = 2;
  config.model.hidden = {8};
  config.train.epochs = 3;
  config.train.batch_size = 16;
  config.train.learning_rate = 1e-2;
  config.train.schedule = "constant";
  config.train.checkpoint_seconds = 0;
  return config;
}

/// The model of such settings after so many epochs.
inline FittedVae trained_model(RunConfig config, const Dataset& data, std::int64_t epochs) {
  config.train.epochs = epochs;
  const TemporaryFolder folder(memory_folder());
  train_run(config, data, {.folder = folder / "run", .callbacks = {}});
  return load_run(folder / "run", 1).vae;
}

/// Every weight of a finished run, by name.
inline std::vector<std::pair<std::string, std::vector<float>>> weights_of(
    const std::filesystem::path& folder) {
  std::vector<std::pair<std::string, std::vector<float>>> weights;
  const LoadedRun run = load_run(folder, 1);
  for (const auto& [name, array] : run.vae.parameters()) {
    const auto values = array.values<float>();
    weights.emplace_back(name, std::vector<float>(values.begin(), values.end()));
  }
  return weights;
}

}  // namespace elbo::testing
