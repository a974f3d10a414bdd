// What a model refuses to be built as.
#include "elbo/models/vae.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"

namespace elbo {
namespace {

const DataShape kDigits{.image = {28, 28, 1}, .class_count = 10};
const DataShape kTable{.image = {1, 1, 12}, .class_count = 0};

TEST(Vae, RefusesAConditionalModelWithoutClasses) {
  ModelSettings settings;
  settings.name = "conditional_vae";
  EXPECT_THROW(Vae(settings, kTable), UsageError);
  EXPECT_NO_THROW(Vae(settings, kDigits));
}

TEST(Vae, RefusesAConditionalModelThatNoLayerTellsTheClass) {
  ModelSettings settings;
  settings.name = "conditional_vae";
  settings.hidden = {};
  EXPECT_THROW(Vae(settings, kDigits), UsageError);
  settings.name = "vae";
  EXPECT_NO_THROW(Vae(settings, kDigits));
}

TEST(Vae, RefusesConvolutionsOfVectors) {
  ModelSettings settings;
  settings.network = "conv";
  EXPECT_THROW(Vae(settings, kTable), UsageError);
}

TEST(Vae, DropsUnitsOutInTrainingAlone) {
  ModelSettings settings;
  settings.hidden = {30, 20};
  settings.dropout = 0.5;
  const Vae model(settings, kDigits);
  const auto drops = [](const Vae& built) {
    Graph graph;
    const Value x = graph.input("x", Shape{kBatch, built.data_size()});
    const Value code = built.code(built.posterior(x, Value()));
    int count = 0;
    for (const NodeId id : reachable_nodes(graph, {code})) {
      count += graph.node(id).op == Op::random_uniform;
    }
    return count;
  };
  EXPECT_EQ(drops(model), 0);
  EXPECT_EQ(drops(model.in_training()), 2);
}

}  // namespace
}  // namespace elbo
