// Robustness: what the curve says without noise and with more of it, and what the picture holds.
#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "elbo/experiments/experiments.h"
#include "elbo/io/npy.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

TEST(Robustness, MeasuresTheErrorToTheCleanImage) {
  const TemporaryFolder folder(memory_folder());
  const Dataset data = testing::tiny_images(300);
  const FittedVae vae = testing::trained_model(testing::tiny_config(), data, 20);
  const ResultFolder results(folder.path());
  const nlohmann::json report =
      run_robustness(vae, &vae, data, {.sigmas = {0, 0.25, 1}, .shown = {0.25}}, results);
  ASSERT_EQ(report["models"].size(), 2U);
  const nlohmann::json& curve = report["models"][0]["curve"];
  EXPECT_NEAR(curve[0]["mse"].get<double>(), evaluate_bound(vae, data, 1).mse, 1e-6);
  EXPECT_EQ(curve[0]["input_mse"], 0);
  EXPECT_LT(curve[1]["mse"].get<double>(), curve[2]["mse"].get<double>());
  // Clipping takes at most the noise that leads out of [0, 1].
  EXPECT_GT(curve[1]["input_mse"].get<double>(), 0.25 * 0.25 / 2);
  EXPECT_LT(curve[1]["input_mse"].get<double>(), 0.25 * 0.25);
  // The same model, the same noise.
  EXPECT_EQ(report["models"][1]["curve"], curve);
  EXPECT_EQ(report["image_rows"], nlohmann::json({"clean", "σ = 0.25", "plain", "denoising"}));
  EXPECT_EQ(read_npy(folder / "results" / "robustness_images.npy").extents(),
            (Extents{4, 3, 4, 4, 1}));
}

TEST(Robustness, IsForPixels) {
  const TemporaryFolder folder(memory_folder());
  Dataset data = testing::tiny_table(100);
  data.example = {2, 3, 1};
  RunConfig config = testing::tiny_config();
  config.model.likelihood = "gaussian";
  const FittedVae vae = testing::trained_model(config, data, 1);
  const ResultFolder results(folder / "study");
  EXPECT_THROW(run_robustness(vae, nullptr, data, {}, results), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder / "study"));
}

}  // namespace
}  // namespace elbo
