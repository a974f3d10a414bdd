// What a classifier learns from samples, and the features that samples are compared by.
#include "elbo/experiments/train_on_generated.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/evaluate/bound.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

class TrainOnGenerated : public ::testing::Test {
 protected:
  TrainOnGenerated() : folder_(memory_folder()), data_(testing::tiny_images(300)) {}

  FittedVae model(const std::string& name, std::int64_t epochs) {
    RunConfig config = testing::tiny_config();
    config.model.name = name;
    config.train.epochs = epochs;
    train_run(config, data_, {.folder = folder_ / name, .callbacks = {}});
    return load_run(folder_ / name, 1).vae;
  }

  TemporaryFolder folder_;
  Dataset data_;
};

TEST_F(TrainOnGenerated, LearnsTheClassesFromSamples) {
  const FittedVae vae = model("conditional_vae", 15);
  ClassifierSettings settings;
  settings.network.channels = {4, 8};
  settings.network.kernel = 3;
  settings.network.hidden = 16;
  settings.epochs = 30;
  settings.learning_rate = 1e-2;
  settings.validation = 0.1;
  settings.batch_size = 16;
  const TrainOnGeneratedOptions options{.count = 300, .seed = 2, .classifier = settings};
  const Dataset test = testing::tiny_images(200, 9);
  const double accuracy = train_on_generated(vae, test, options, folder_ / "first", {}).accuracy;
  // Three bars that hardly overlap; a third would be chance.
  EXPECT_GT(accuracy, 0.9);
  EXPECT_EQ(train_on_generated(vae, test, options, folder_ / "again", {}).accuracy, accuracy);
}

TEST_F(TrainOnGenerated, SamplesAreBytesOfEveryClassInTurn) {
  const FittedVae vae = model("conditional_vae", 1);
  const Dataset samples = generated_dataset(vae, 100, 3);
  EXPECT_EQ(samples.count(), 100);
  EXPECT_EQ(samples.example, data_.example);
  EXPECT_EQ(samples.class_count(), 3);
  EXPECT_EQ(samples.examples.dtype(), DType::u8);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(samples.labels->values<std::int32_t>()[i], static_cast<std::int32_t>(i % 3));
  }
  vae.check(samples);
  EXPECT_THROW(generated_dataset(model("vae", 1), 10, 1), UsageError);
}

TEST_F(TrainOnGenerated, FeaturesAreWhatTheLastLayerSees) {
  ClassifierSettings settings;
  settings.network.channels = {4};
  settings.network.hidden = 7;
  settings.epochs = 1;
  const FittedClassifier judge =
      train_classifier(data_, settings, folder_ / "judge", 1, {}).classifier;
  const Array images = unit_examples(data_);
  const Array features = judge.features(images);
  EXPECT_EQ(features.extents(), (Extents{300, 7}));
  for (const float feature : features.values<float>()) ASSERT_GE(feature, 0);
  EXPECT_EQ(judge.probabilities(images).extents(), (Extents{300, 3}));
}

}  // namespace
}  // namespace elbo
