// The ELBO and the importance-weighted bound of small models: how they order, what they agree with,
// and that a pass over data does not depend on its batches.
#include "elbo/evaluate/bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/error.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

/// A model with its first weights, or with those of a few epochs.
FittedVae make_model(RunConfig config, const Dataset& data, bool trained) {
  config.train.epochs = trained ? 15 : 1;
  if (!trained) config.train.learning_rate = 1e-12;
  const TemporaryFolder folder(memory_folder());
  train_run(config, data, {.folder = folder / "run", .callbacks = {}});
  return load_run(folder / "run", 1).vae;
}

RunConfig config_with(const std::string& binarisation) {
  RunConfig config = testing::tiny_config();
  config.data.binarisation = binarisation;
  return config;
}

TEST(Likelihood, MoreSamplesGiveATighterBound) {
  const Dataset data = testing::tiny_images(200);
  for (const char* model : {"vae", "conditional_vae"}) {
    for (const bool trained : {false, true}) {
      SCOPED_TRACE(std::string(model) + (trained ? ", trained" : ", random"));
      RunConfig config = testing::tiny_config();
      config.model.name = model;
      // A wide posterior makes the bounds differ by more than their noise.
      config.objective.beta = trained ? 0.1 : 1;
      const FittedVae vae = make_model(config, data, trained);
      // With one sample it is the ELBO, up to the noise of its sample.
      const double elbo = evaluate_bound(vae, data, 1).elbo_nats;
      double before = evaluate_likelihood(vae, data, 1, 2).nll_nats;
      EXPECT_NEAR(before, -elbo, 0.1 * std::abs(elbo));
      for (const std::int64_t samples : {5, 50, 500}) {
        const double nll = evaluate_likelihood(vae, data, samples, 2).nll_nats;
        EXPECT_LT(nll, before) << samples;
        before = nll;
      }
      EXPECT_LT(before, -elbo);
    }
  }
}

TEST(Likelihood, IsTheIntegralOverTheCodes) {
  // With one latent, p(x) is an integral over a line, which a sum can give.
  const Dataset data = testing::tiny_images(20);
  RunConfig config = testing::tiny_config();
  config.model.latent = 1;
  const FittedVae vae = make_model(config, data, true);
  constexpr std::int64_t kPoints = 2001;
  Array grid(DType::f32, {kPoints, 1});
  for (std::int64_t i = 0; i < kPoints; ++i) {
    grid.values<float>()[static_cast<std::size_t>(i)] = -6 + 12.0f / (kPoints - 1) * i;
  }
  const Array means = vae.decode(grid);
  const Array x = unit_examples(data);
  double expected = 0;
  for (std::int64_t n = 0; n < data.count(); ++n) {
    double integral = 0;
    for (std::int64_t i = 0; i < kPoints; ++i) {
      const double z = grid.values<float>()[static_cast<std::size_t>(i)];
      double log_joint = -0.5 * (z * z + std::log(2 * M_PI));
      for (std::size_t pixel = 0; pixel < 16; ++pixel) {
        const double p = means.row<float>(i)[pixel], value = x.row<float>(n)[pixel];
        log_joint += value * std::log(p) + (1 - value) * std::log1p(-p);
      }
      integral += std::exp(log_joint) * 12.0 / (kPoints - 1);
    }
    expected -= std::log(integral) / static_cast<double>(data.count());
  }
  const LikelihoodReport found = evaluate_likelihood(vae, data, 2000, 3);
  EXPECT_EQ(found.importance_samples, 2000);
  // 40000 samples in all; the integral itself is exact to single precision.
  EXPECT_NEAR(found.nll_nats, expected, 0.01);
}

TEST(Likelihood, CountsItsSamplesExactly) {
  // In chunks of 50: as many more as are asked for, not a chunk more.
  const Dataset data = testing::tiny_images(30);
  const FittedVae vae = make_model(testing::tiny_config(), data, false);
  EXPECT_NE(evaluate_likelihood(vae, data, 50, 2).nll_nats,
            evaluate_likelihood(vae, data, 51, 2).nll_nats);
  // A whole second chunk would be a hundred samples, taken for 51.
  const double whole = evaluate_likelihood(vae, data, 100, 2).nll_nats - std::log(100.0 / 51);
  EXPECT_GT(std::abs(evaluate_likelihood(vae, data, 51, 2).nll_nats - whole), 1e-3);
  EXPECT_EQ(evaluate_likelihood(vae, data, 51, 2).importance_samples, 51);
  EXPECT_EQ(evaluate_likelihood(vae, data, 120, 2).nll_nats,
            evaluate_likelihood(vae, data, 120, 2).nll_nats);
}

TEST(Likelihood, HasAStandardErrorFromTwoExamplesOn) {
  const Dataset images = testing::tiny_images(30);
  const FittedVae vae = make_model(testing::tiny_config(), images, false);
  const Dataset data = images.first(2);
  const std::vector<double> nll = importance_weighted_nll(vae, data, 5, 2);
  const auto error = evaluate_likelihood(vae, data, 5, 2).nll_standard_error_nats;
  ASSERT_TRUE(error.has_value());
  EXPECT_NEAR(*error, std::abs(nll[0] - nll[1]) / 2, 1e-9);
  EXPECT_FALSE(evaluate_likelihood(vae, data.first(1), 5, 2).nll_standard_error_nats.has_value());
}

TEST(Likelihood, JudgesOneBinarisationOfEachExample) {
  // Dynamic binarisation draws the pixels; all chunks of samples must see the same ones, or bits
  // that never occurred together would count as explained.
  const Dataset data = testing::tiny_images(150);
  const FittedVae vae = make_model(config_with("dynamic"), data, false);
  const double few = evaluate_likelihood(vae, data, 50, 4).nll_nats;
  const double many = evaluate_likelihood(vae, data, 1000, 4).nll_nats;
  // An untrained decoder hardly looks at the code: more samples of it change next to nothing.
  EXPECT_NEAR(many, few, 0.1);
}

TEST(Bound, AgreesWithItsParts) {
  const Dataset data = testing::tiny_images(100);
  const FittedVae vae = make_model(testing::tiny_config(), data, true);
  const BoundReport report = evaluate_bound(vae, data, 5);
  EXPECT_EQ(report.count, 100);
  EXPECT_NEAR(report.elbo_nats, report.log_likelihood_nats - report.kl_nats, 1e-4);
  EXPECT_GT(report.kl_nats, 0);
  EXPECT_NEAR(report.mse, mean_squared_error(vae.reconstruct(data), unit_examples(data)), 1e-6);
  EXPECT_NEAR(report.psnr_db.value(), -10 * std::log10(report.mse), 1e-9);
  const FittedVae::Codes codes = vae.encode(data);
  std::int64_t active = 0;
  double kl = 0;
  for (std::size_t unit = 0; unit < 2; ++unit) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < 100; ++i) {
      const double mean = codes.means.row<float>(i)[unit];
      const double log_variance = codes.log_variances.row<float>(i)[unit];
      sum += mean;
      squares += mean * mean;
      kl += (mean * mean + std::exp(log_variance) - log_variance - 1) / 2 / 100;
    }
    active += squares / 100 - sum * sum / 10000 > 0.01;
  }
  EXPECT_EQ(report.active_units, active);
  EXPECT_NEAR(report.kl_nats, kl, 1e-4);
}

TEST(RunPass, DoesNotDependOnTheBatchSize) {
  const Dataset data = testing::tiny_images(53);
  RunConfig config = config_with("dynamic");
  config.model.name = "conditional_vae";
  const FittedVae vae = make_model(config, data, false);
  const auto pass = [&](std::int64_t batch_size, int threads) {
    return run_pass(
        data, vae.parameters(),
        {.batch_size = batch_size, .threads = threads, .seed = 6, .step = 2},
        [&](Graph&, const BatchNodes& nodes) {
          const ModelBatch batch = nodes.model_batch(vae.data_settings(), false);
          const DiagonalNormal q = vae.model().posterior(batch.input, batch.condition);
          return std::vector<Value>{batch.target, q.mean, elbo_terms(vae.model(), batch).elbo};
        });
  };
  const auto whole = pass(53, 1);
  EXPECT_EQ(whole[0].extents(), (Extents{53, 16}));
  EXPECT_EQ(whole[2].extents(), (Extents{53}));
  for (const auto& [batch_size, threads] :
       {std::pair<std::int64_t, int>{1, 1}, {7, 1}, {52, 1}, {1000, 1}, {16, 2}}) {
    const auto parts = pass(batch_size, threads);
    for (std::size_t output = 0; output < 3; ++output) {
      ASSERT_EQ(parts[output].extents(), whole[output].extents());
      const auto found = parts[output].values<float>(), expected = whole[output].values<float>();
      for (std::size_t i = 0; i < found.size(); ++i) {
        // Products of other sizes may round otherwise; drawn bits are the same bits.
        const double tolerance = output == 0 ? 0 : 1e-5 * (1 + std::abs(expected[i]));
        ASSERT_NEAR(found[i], expected[i], tolerance) << batch_size << ", " << output;
      }
    }
  }
}

TEST(FittedVae, RefusesDataOfAnotherKind) {
  const Dataset data = testing::tiny_images(40);
  const FittedVae vae = make_model(testing::tiny_config(), data, false);
  EXPECT_THROW(vae.encode(testing::tiny_table(10)), ShapeError);
  Dataset floats = data;
  floats.examples = unit_examples(data);
  EXPECT_THROW(vae.encode(floats), ShapeError);
  EXPECT_THROW(vae.decode(Array(DType::f32, {3, 5})), ShapeError);
  RunConfig config = testing::tiny_config();
  config.model.name = "conditional_vae";
  const FittedVae conditional = make_model(config, data, false);
  Dataset unlabelled = data;
  unlabelled.labels.reset();
  EXPECT_THROW(conditional.encode(unlabelled), ShapeError);
  EXPECT_THROW(conditional.decode(Array(DType::f32, {3, 2})), UsageError);
}

TEST(FittedVae, SamplesDependOnTheSeedOnly) {
  const Dataset data = testing::tiny_images(40);
  const FittedVae vae = make_model(testing::tiny_config(), data, false);
  const Array first = vae.sample(600, 3), again = vae.sample(600, 3), other = vae.sample(600, 4);
  EXPECT_TRUE(std::equal(first.bytes().begin(), first.bytes().end(), again.bytes().begin()));
  EXPECT_FALSE(std::equal(first.bytes().begin(), first.bytes().end(), other.bytes().begin()));
  for (const float pixel : first.values<float>()) ASSERT_TRUE(pixel > 0 && pixel < 1);
}

}  // namespace
}  // namespace elbo
