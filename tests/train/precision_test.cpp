// Training in bfloat16 ends where single precision ends.
#include <gtest/gtest.h>

#include <cmath>

#include "elbo/data/source.h"
#include "elbo/train/train_run.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

double validation_elbo(const Dataset& data, const std::filesystem::path& folder,
                       const std::string& precision, std::int64_t seed) {
  RunConfig config;
  config.data.validation = 0.2;
  config.model.latent = 4;
  config.model.hidden = {64};
  config.train.epochs = 12;
  config.train.batch_size = 32;
  config.train.learning_rate = 3e-3;
  config.train.precision = precision;
  config.train.seed = seed;
  TrainRunOptions options;
  options.folder = folder;
  return train_run(config, data, options).best_monitored;
}

TEST(TrainingPrecision, Bf16ReachesTheSameElbo) {
  const Dataset data = load_dataset("strokes?count=800&size=12", {});
  const TemporaryFolder folder(memory_folder());
  constexpr int kSeeds = 4;
  double sum = 0, squares = 0, worst = 0, spread_sum = 0, spread_squares = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const std::string name = std::to_string(seed);
    const double wide = validation_elbo(data, folder / ("fp32-" + name), "fp32", seed);
    const double narrow = validation_elbo(data, folder / ("bf16-" + name), "bf16_emulated", seed);
    EXPECT_NE(wide, narrow) << "bf16 was not used";
    const double difference = narrow - wide;
    sum += difference;
    squares += difference * difference;
    spread_sum += wide;
    spread_squares += wide * wide;
    worst = std::max(worst, std::abs(difference));
  }
  const double spread =
      std::sqrt(std::max(0.0, spread_squares / kSeeds - std::pow(spread_sum / kSeeds, 2)));
  // No further from one another than seeds are, and not lower on the whole.
  EXPECT_LT(worst, 2 * spread + 0.2);
  EXPECT_LT(std::abs(sum / kSeeds), 3 * std::sqrt(squares / kSeeds / (kSeeds - 1)) + 0.1);
}

}  // namespace
}  // namespace elbo
