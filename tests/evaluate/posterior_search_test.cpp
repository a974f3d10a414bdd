// The search for the best posterior of an example: it gains, more with more steps, ends where it
// should, and does not depend on batches.
#include "elbo/evaluate/posterior_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/interrupt.h"
#include "elbo/evaluate/bound.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

FittedVae make_model(const RunConfig& config, const Dataset& data) {
  return testing::trained_model(config, data, 10);
}

double mean(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total / static_cast<double>(values.size());
}

TEST(PosteriorSearch, GainsAndMoreStepsGainMore) {
  const Dataset data = testing::tiny_images(60);
  for (const char* posterior : {"normal", "iaf"}) {
    for (const char* prior : {"standard", "mixture"}) {
      SCOPED_TRACE(std::string(posterior) + ", " + prior);
      RunConfig config = testing::tiny_config();
      config.model.posterior = posterior;
      config.model.prior = prior;
      const FittedVae vae = make_model(config, data);
      double before = -1e-9;
      for (const std::int64_t steps : {1, 30, 300}) {
        const PosteriorSearch found =
            search_posteriors(vae, data, {.steps = steps, .evaluation_samples = 64});
        ASSERT_EQ(found.best_elbo.size(), 60U);
        // The steps are noisy, and a short search ends before the noise is averaged out: some
        // hundredths of a nat, where the bound is near its best from the beginning.
        const double gain = mean(found.best_elbo) - mean(found.encoder_elbo);
        EXPECT_GT(gain, before - 0.05) << steps;
        before = gain;
      }
      EXPECT_GT(before, 0.02);
    }
  }
}

TEST(PosteriorSearch, BeginsAtTheEncodersBound) {
  const Dataset data = testing::tiny_images(200);
  const FittedVae vae = make_model(testing::tiny_config(), data);
  const PosteriorSearch found =
      search_posteriors(vae, data, {.steps = 1, .evaluation_samples = 256});
  // One draw an example against 256: of 200 examples the error is some hundredths of a nat.
  EXPECT_NEAR(mean(found.encoder_elbo), evaluate_bound(vae, data, 3).elbo_nats, 0.1);
}

TEST(PosteriorSearch, EndsBelowTheLikelihood) {
  // No posterior can lift the bound above log p(x), which importance samples give closely.
  const Dataset data = testing::tiny_images(60);
  const FittedVae vae = make_model(testing::tiny_config(), data);
  const PosteriorSearch found =
      search_posteriors(vae, data, {.steps = 300, .evaluation_samples = 256});
  const double log_likelihood = -evaluate_likelihood(vae, data, 5000, 2).nll_nats;
  EXPECT_LT(mean(found.best_elbo), log_likelihood + 0.05);
  EXPECT_GT(mean(found.best_elbo), log_likelihood - 0.5);
}

TEST(PosteriorSearch, FindsCodesThatABlindEncoderDoesNot) {
  const Dataset data = testing::tiny_images(60);
  const FittedVae seeing = make_model(testing::tiny_config(), data);
  ParameterMap parameters = seeing.parameters();
  std::ranges::fill(parameters.at("encoder.posterior.weight").values<float>(), 0.0F);
  const FittedVae blind(seeing.model(), parameters, seeing.data_settings(), 1);
  const auto search = [&](std::int64_t starts, std::int64_t steps, std::int64_t batch_size = 100) {
    return search_posteriors(blind, data,
                             {.steps = steps, .starts = starts, .batch_size = batch_size});
  };
  const auto error = [&](const PosteriorSearch& found) {
    return mean_squared_error(blind.decode(found.best_codes), unit_examples(data));
  };
  // After one step the code is about where the search began.
  const PosteriorSearch there = search(200, 1);
  EXPECT_LT(error(there), 0.7 * error(search(0, 1)));
  const PosteriorSearch in_parts = search(200, 1, 7);
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_NEAR(in_parts.best_elbo[i], there.best_elbo[i], 1e-2) << i;
  }
  const PosteriorSearch from_anywhere = search(200, 100), from_encoder = search(0, 100);
  EXPECT_EQ(from_anywhere.encoder_elbo, from_encoder.encoder_elbo);
  EXPECT_GT(mean(from_anywhere.best_elbo), mean(from_encoder.best_elbo) - 0.02);
}

TEST(PosteriorSearch, DoesNotDependOnTheBatches) {
  const Dataset data = testing::tiny_images(23);
  RunConfig config = testing::tiny_config();
  config.data.binarisation = "dynamic";
  config.model.name = "conditional_vae";
  const FittedVae vae = make_model(config, data);
  const auto search = [&](std::int64_t batch_size) {
    return search_posteriors(vae, data, {.seed = 4, .steps = 10, .batch_size = batch_size});
  };
  const PosteriorSearch whole = search(100);
  for (const std::int64_t batch_size : {1, 7}) {
    const PosteriorSearch parts = search(batch_size);
    ASSERT_EQ(parts.best_elbo.size(), 23U);
    for (std::size_t i = 0; i < 23; ++i) {
      // Products of other sizes round otherwise, and ten steps of Adam, which divides by small
      // gradients, carry that on.
      EXPECT_NEAR(parts.encoder_elbo[i], whole.encoder_elbo[i], 1e-3);
      EXPECT_NEAR(parts.best_elbo[i], whole.best_elbo[i], 1e-2) << batch_size << ", " << i;
    }
  }
}

TEST(PosteriorSearch, StopsWhenAsked) {
  const Dataset data = testing::tiny_images(30);
  const FittedVae vae = make_model(testing::tiny_config(), data);
  set_interrupted(true);
  EXPECT_ANY_THROW(search_posteriors(vae, data, {}));
  set_interrupted(false);
}

}  // namespace
}  // namespace elbo
