// Every likelihood trains, reloads and scores; those of bytes refuse other numbers.
#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/error.h"
#include "elbo/distributions/likelihood.h"
#include "elbo/evaluate/bound.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

class LikelihoodTraining : public ::testing::TestWithParam<std::string> {
 protected:
  static BoundReport bound_after(std::int64_t epochs, const Dataset& data, std::int64_t samples) {
    RunConfig config = testing::tiny_config();
    config.model.likelihood = GetParam();
    config.train.epochs = epochs;
    const TemporaryFolder folder(memory_folder());
    train_run(config, data, {.folder = folder / "run", .callbacks = {}});
    const FittedVae vae = load_run(folder / "run", 1).vae;
    BoundReport report = evaluate_bound(vae, data, 1);
    // The K-sample bound takes another way through the likelihood.
    EXPECT_LT(evaluate_likelihood(vae, data, samples, 1).nll_nats, -report.elbo_nats);
    return report;
  }
};

TEST_P(LikelihoodTraining, RaisesTheBoundOfPixels) {
  const Dataset data = testing::tiny_images(120);
  const BoundReport before = bound_after(1, data, 20), after = bound_after(25, data, 20);
  EXPECT_TRUE(std::isfinite(after.elbo_nats));
  EXPECT_GT(after.elbo_nats, before.elbo_nats);
  EXPECT_LT(after.mse, before.mse);
  if (find_likelihood(GetParam()).byte_levels > 0) {
    EXPECT_LT(after.log_likelihood_nats, 0);
  }
}

TEST_P(LikelihoodTraining, RefusesNumbersWhenItIsOfBytes) {
  RunConfig config = testing::tiny_config();
  config.model.likelihood = GetParam();
  const DataShape table{.image = {1, 1, 6}, .class_count = 0, .unit_interval = false};
  if (find_likelihood(GetParam()).byte_levels > 0) {
    EXPECT_THROW(Vae(config.model, table), UsageError);
  } else {
    EXPECT_NO_THROW(Vae(config.model, table));
  }
}

INSTANTIATE_TEST_SUITE_P(All, LikelihoodTraining, ::testing::ValuesIn(likelihood_names()),
                         [](const auto& info) { return info.param; });

TEST(BitsPerDim, IsNatsOverLogTwoAndDimensions) {
  EXPECT_NEAR(bits_per_dim(784 * std::log(2.0) * 1.25, 784), 1.25, 1e-12);
}

}  // namespace
}  // namespace elbo
