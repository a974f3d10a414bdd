// The library in thirty lines: train a small VAE on digits that need no download, look at what it
// learned, and draw new ones.
#include <cstdio>

#include "elbo/data/source.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/experiments.h"
#include "elbo/experiments/load_run.h"
#include "elbo/train/train_run.h"

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "example-run";
  const elbo::Dataset train = elbo::load_dataset("strokes:train?count=4000", {});
  const elbo::Dataset test = elbo::load_dataset("strokes:test?count=500", {});

  elbo::RunConfig config;
  config.model.latent = 8;
  config.model.hidden = {128};
  config.train.epochs = 3;

  elbo::TrainingCallbacks callbacks;
  callbacks.on_epoch = [](const elbo::EpochReport& report) {
    std::printf("epoch %ld: %.0f examples/s\n", report.epoch, report.examples_per_second);
  };
  elbo::train_run(config, train, {.folder = folder, .threads = 2, .callbacks = callbacks});

  const elbo::LoadedRun run = elbo::load_run(folder, 2);
  const elbo::BoundReport bound = elbo::evaluate_bound(run.vae, test, 1);
  std::printf("ELBO %.2f nats, MSE %.4f, %ld of 8 units active\n", bound.elbo_nats, bound.mse,
              bound.active_units);
  const elbo::Array images = elbo::sample_images(run.vae, 1, 10, 1);
  std::printf("drew %ld new digits\n", images.extent(1));
}
