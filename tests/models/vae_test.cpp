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

}  // namespace
}  // namespace elbo
