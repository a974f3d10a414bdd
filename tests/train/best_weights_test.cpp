// Which epoch's weights are kept.
#include "elbo/train/best_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace elbo {
namespace {

using Floats = std::vector<float>;

TermMeans validation(double elbo) {
  return {{"kl_nats", 100.0}, {"elbo_nats", elbo}};
}

Floats kept(const BestWeights& best) {
  return {best.values().begin(), best.values().end()};
}

TEST(BestWeights, AreThoseOfTheLargestMonitoredTerm) {
  BestWeights best("elbo_nats", 2);
  EXPECT_EQ(best.epoch(), 0);
  EXPECT_TRUE(best.judge(1, validation(-5), Floats{1, 1}));
  EXPECT_FALSE(best.judge(2, validation(-6), Floats{2, 2}));
  EXPECT_FALSE(best.judge(3, validation(-5), Floats{3, 3}));  // no better than the first
  EXPECT_EQ(best.stale(), 2);
  EXPECT_EQ(kept(best), (Floats{1, 1}));
  EXPECT_TRUE(best.judge(4, validation(-4), Floats{4, 4}));
  EXPECT_EQ(best.stale(), 0);
  EXPECT_EQ(best.epoch(), 4);
  EXPECT_EQ(best.monitored(), -4);
  EXPECT_EQ(kept(best), (Floats{4, 4}));
}

TEST(BestWeights, AreNeverThoseOfNoNumber) {
  BestWeights best("elbo_nats", 1);
  EXPECT_FALSE(best.judge(1, validation(NAN), Floats{1}));
  EXPECT_FALSE(best.judge(2, validation(-INFINITY), Floats{2}));
  EXPECT_EQ(best.epoch(), 0);
}

TEST(BestWeights, GoThroughACheckpoint) {
  BestWeights best("elbo_nats", 1);
  for (const bool judged : {false, true}) {
    if (judged) {
      best.judge(1, validation(-5), Floats{1});
      best.judge(2, validation(-6), Floats{2});
    }
    nlohmann::json progress;
    best.save(progress);
    BestWeights found("elbo_nats", 1);
    found.load(nlohmann::json::parse(progress.dump()));
    EXPECT_EQ(found.epoch(), best.epoch());
    EXPECT_EQ(found.monitored(), best.monitored());
    EXPECT_EQ(found.stale(), best.stale());
  }
  EXPECT_THROW(best.load({{"best_epoch", "one"}}), nlohmann::json::exception);
}

}  // namespace
}  // namespace elbo
