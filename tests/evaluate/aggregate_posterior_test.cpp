// Mutual information and the KL of the aggregate posterior, where they are known.
#include "elbo/evaluate/aggregate_posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "elbo/base/philox.h"
#include "elbo/evaluate/bound.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

Array filled(Extents extents, float value) {
  Array array(DType::f32, std::move(extents));
  std::ranges::fill(array.values<float>(), value);
  return array;
}

TEST(MutualInformation, IsNothingWhenAllPosteriorsAreEqual) {
  EXPECT_NEAR(mutual_information(filled({100, 3}, 0.5f), filled({100, 3}, -1), 1, 1), 0, 1e-12);
}

TEST(MutualInformation, IsTheLogOfTheCountWhenPosteriorsAreApart) {
  Array means = filled({200, 2}, 0);
  for (std::int64_t i = 0; i < 200; ++i) means.row<float>(i)[1] = static_cast<float>(10 * i);
  EXPECT_NEAR(mutual_information(means, filled({200, 2}, -4), 1, 1), std::log(200), 1e-9);
}

TEST(MutualInformation, IsThatOfAGaussianChannel) {
  // Means of variance s and posteriors of variance v: log((s + v) / v) / 2 a dimension.
  constexpr std::int64_t kCount = 3000;
  Array means(DType::f32, {kCount, 2});
  RandomSequence random(3);
  for (float& mean : means.values<float>()) {
    mean = static_cast<float>(std::sqrt(0.75) * random.next_normal());
  }
  const Array log_variances = filled({kCount, 2}, static_cast<float>(std::log(0.25)));
  const double found = mutual_information(means, log_variances, 5, 1);
  // Five standard errors of a difference of log densities whose deviation is about 1.
  EXPECT_NEAR(found, std::log(1 / 0.25), 0.09);
  EXPECT_EQ(mutual_information(means, log_variances, 5, 3), found);
}

TEST(AggregatePosterior, PartsAddUpToTheMeanKl) {
  const Dataset data = testing::tiny_images(150);
  RunConfig config = testing::tiny_config();
  config.train.epochs = 10;
  const TemporaryFolder folder(memory_folder());
  train_run(config, data, {.folder = folder / "run", .callbacks = {}});
  const FittedVae vae = load_run(folder / "run", 1).vae;
  const AggregateReport report = evaluate_aggregate_posterior(vae, data, 1).value();
  EXPECT_EQ(report.count, 150);
  EXPECT_NEAR(report.mutual_information_nats + report.aggregate_kl_nats,
              evaluate_bound(vae, data, 1).kl_nats, 1e-4);
  EXPECT_GT(report.mutual_information_nats, 0);
  EXPECT_LE(report.mutual_information_nats, std::log(150));
  const AggregateReport part = evaluate_aggregate_posterior(vae, data, 1, 40).value();
  EXPECT_EQ(part.count, 40);
  EXPECT_LE(part.mutual_information_nats, std::log(40));
  // Not the first 40: data may be sorted by class.
  std::vector<std::int32_t> first(40);
  for (std::int32_t i = 0; i < 40; ++i) first[static_cast<std::size_t>(i)] = i;
  EXPECT_NE(part.mutual_information_nats,
            evaluate_aggregate_posterior(vae, data.subset(first), 1)->mutual_information_nats);
}

}  // namespace
}  // namespace elbo
