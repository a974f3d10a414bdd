#include "elbo/base/suggest.h"

#include <gtest/gtest.h>

namespace elbo {
namespace {

TEST(Suggest, FindsTypingErrors) {
  const std::vector<std::string> names = {"train", "evaluate", "reconstruct", "latent"};
  EXPECT_EQ(closest_name("trian", names), "train");       // swapped
  EXPECT_EQ(closest_name("evalate", names), "evaluate");  // dropped
  EXPECT_EQ(closest_name("llatent", names), "latent");    // doubled
  EXPECT_EQ(closest_name("reconstrukt", names), "reconstruct");
}

TEST(Suggest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(closest_name("zebra", {"train", "evaluate"}), "");
  EXPECT_EQ(closest_name("train", {}), "");
  EXPECT_EQ(did_you_mean("zebra", {"train"}), "");
  EXPECT_EQ(closest_name("z", {"kl", "a"}), "");
  EXPECT_EQ(closest_name("k", {"kl", "a"}), "kl");
}

TEST(Suggest, PrefersTheNearer) {
  EXPECT_EQ(closest_name("mlp-3d", {"mlp", "mlp-2d"}), "mlp-2d");
  EXPECT_EQ(did_you_mean("trian", {"train"}), "; did you mean 'train'?");
}

}  // namespace
}  // namespace elbo
