// The latent map of a small model: what it reports, and that a search for codes only gains.
#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/experiments/experiments.h"
#include "elbo/io/npy.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

class LatentMap : public ::testing::Test {
 protected:
  LatentMap() : folder_(memory_folder()), data_(testing::tiny_images(300)) {}

  FittedVae model(const RunConfig& config = testing::tiny_config()) const {
    return testing::trained_model(config, data_, 20);
  }

  TemporaryFolder folder_;
  Dataset data_;
};

TEST_F(LatentMap, HasCodesNeighboursAndAManifold) {
  const ResultFolder results(folder_.path());
  const nlohmann::json report = run_latent_map(model(), data_, {}, results);
  // Three bars are easily told apart.
  EXPECT_GT(report["knn5_accuracy"].get<double>(), 0.9);
  EXPECT_GT(report["mse"].get<double>(), 0);
  EXPECT_FALSE(report.contains("searched_mse"));
  EXPECT_EQ(read_npy(folder_ / "results" / "latent_means.npy").extents(), (Extents{300, 2}));
  EXPECT_EQ(read_npy(folder_ / "results" / "latent_manifold.npy").extents(),
            (Extents{20, 20, 4, 4, 1}));
}

TEST_F(LatentMap, ASearchForCodesGains) {
  const ResultFolder results(folder_.path());
  const nlohmann::json report = run_latent_map(model(), data_, {.search = true}, results);
  EXPECT_LT(report["searched_mse"].get<double>(), report["mse"].get<double>());
  EXPECT_GT(report["searched_elbo_nats"].get<double>(), report["elbo_nats"].get<double>());
  EXPECT_EQ(report["search"]["steps"], 100);
}

TEST_F(LatentMap, DataMayComeClassByClass) {
  std::vector<std::int32_t> rows;
  const auto labels = data_.labels->values<std::int32_t>();
  for (std::int32_t label = 0; label < 3; ++label) {
    for (std::int32_t i = 0; i < 300; ++i) {
      if (labels[static_cast<std::size_t>(i)] == label) rows.push_back(i);
    }
  }
  const ResultFolder results(folder_.path());
  const nlohmann::json report = run_latent_map(model(), data_.subset(rows), {}, results);
  EXPECT_GT(report["knn5_accuracy"].get<double>(), 0.9);
  EXPECT_GT(report["linear_probe_accuracy"].get<double>(), 0.9);
}

TEST_F(LatentMap, AReferenceKnowsClassesByTheirNames) {
  // More classes than the data has, in another order.
  Dataset reference = testing::tiny_images(200, 5);
  reference.class_names = {"nothing", "bottom", "middle", "top"};
  for (std::int32_t& label : reference.labels->values<std::int32_t>()) label = 3 - label;
  const ResultFolder results(folder_.path());
  const nlohmann::json report = run_latent_map(model(), data_, {.reference = &reference}, results);
  EXPECT_GT(report["knn5_accuracy"].get<double>(), 0.9);
  EXPECT_GT(report["linear_probe_accuracy"].get<double>(), 0.9);
  EXPECT_EQ(report["class_names"], (nlohmann::json{"top", "middle", "bottom"}));
}

TEST_F(LatentMap, AReferenceThatSaysNothingIsRefused) {
  const ResultFolder results(folder_.path());
  const FittedVae vae = model();
  Dataset unlabelled = data_, other = data_;
  unlabelled.labels.reset();
  other.class_names = {"top", "middle", "elsewhere"};
  const Dataset few = data_.first(4);
  for (const Dataset* reference :
       std::initializer_list<const Dataset*>{&unlabelled, &other, &few}) {
    EXPECT_THROW(run_latent_map(vae, data_, {.reference = reference}, results), UsageError);
  }
}

TEST_F(LatentMap, NeedsTwoLatents) {
  RunConfig config = testing::tiny_config();
  config.model.latent = 3;
  const ResultFolder results(folder_.path());
  EXPECT_THROW(run_latent_map(model(config), data_, {}, results), UsageError);
}

}  // namespace
}  // namespace elbo
