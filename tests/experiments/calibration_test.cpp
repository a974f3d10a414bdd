// Calibrations: the promise on false alarms, learned scores, what is kept and read back, and files
// of earlier versions.
#include "elbo/experiments/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/evaluate/detection.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

FittedVae make_model(const Dataset& data) {
  RunConfig config = testing::tiny_config();
  config.train.epochs = 10;
  const TemporaryFolder folder(memory_folder());
  train_run(config, data, {.folder = folder / "run", .callbacks = {}});
  return load_run(folder / "run", 1).vae;
}

/// Bars as the model knows them, but upright.
Dataset turned(Dataset data) {
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const auto row = data.examples.row<std::uint8_t>(i);
    for (std::size_t y = 0; y < 4; ++y) {
      for (std::size_t x = 0; x < y; ++x) std::swap(row[4 * y + x], row[4 * x + y]);
    }
  }
  return data;
}

CalibrationOptions options_for(const FittedVae& vae, double rate) {
  return {.false_alarm_rate = rate,
          .settings = {.seed = 9, .importance_samples = 5, .regret_steps = 3},
          .scores = {.names = usual_score_names(vae.model())}};
}

class Calibration : public ::testing::Test {
 protected:
  const Dataset train_ = testing::tiny_images(300, 1), held_out_ = testing::tiny_images(600, 2),
                new_ = testing::tiny_images(2000, 3);
  const FittedVae vae_ = make_model(train_);
};

TEST_F(Calibration, KeepsItsPromiseForEveryScore) {
  const AnomalyCalibration calibration = calibrate(vae_, held_out_, options_for(vae_, 0.05));
  const AnomalyScores scores =
      anomaly_scores(vae_, new_, {.names = calibration.usual_scores()}, calibration);
  ASSERT_EQ(scores.size(), 7U);
  for (const auto& [name, values] : scores) {
    // One standard error of both samples together is .010.
    EXPECT_NEAR(share_accepted(values, calibration.threshold(name)), 0.95, 0.033) << name;
  }
}

TEST_F(Calibration, IsForTheWeightsItWasMadeFor) {
  const AnomalyCalibration calibration = calibrate(vae_, held_out_, options_for(vae_, 0.05));
  const FittedVae other = make_model(testing::tiny_images(300, 5));
  EXPECT_THROW(anomaly_scores(other, new_, {.names = {"kl"}}, calibration), UsageError);
}

TEST_F(Calibration, LearnedThresholdsAreNotFromWhatWasLearnedFrom) {
  // With few examples, those a covariance was learned from lie nearer to it than others do; a
  // threshold from them would let twice as many false alarms through.
  double alarms = 0;
  constexpr int kTimes = 12;
  const Dataset fresh = testing::tiny_images(500, 4);
  for (int i = 0; i < kTimes; ++i) {
    const Dataset few = testing::tiny_images(40, static_cast<std::uint64_t>(100 + i));
    CalibrationOptions options = options_for(vae_, 0.1);
    options.scores.names = {"combined"};
    const AnomalyCalibration calibration = calibrate(vae_, few, options);
    const AnomalyScores scores = anomaly_scores(vae_, fresh, options.scores, calibration);
    alarms += 1 - share_accepted(scores.at("combined"), calibration.threshold("combined"));
  }
  // Each rate has a standard deviation of about .045 over calibrations, .013 over their mean. It is
  // below what was promised (.065 over 120 calibrations), since the fifths' distances are by what
  // fewer examples taught.
  EXPECT_LT(alarms / kTimes, 0.13);
  EXPECT_GT(alarms / kTimes, 0.025);
}

TEST_F(Calibration, CombinedFindsWhatNoneOfItsScoresWasToldOf) {
  const AnomalyCalibration calibration = calibrate(vae_, held_out_, options_for(vae_, 0.05));
  const ScoreRequest request{.names = {"combined", "kl"}};
  const AnomalyScores normal = anomaly_scores(vae_, new_, request, calibration);
  const AnomalyScores anomalous = anomaly_scores(vae_, turned(new_), request, calibration);
  EXPECT_EQ(normal.size(), 2U);
  EXPECT_GT(auroc(normal.at("combined"), anomalous.at("combined")), 0.99);
}

TEST_F(Calibration, SaysHowManyExamplesItNeeds) {
  const auto message = [&](std::int64_t count, const CalibrationOptions& options) {
    try {
      calibrate(vae_, held_out_.first(count), options);
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(98, options_for(vae_, 0.01)),
            "calibration: 98 held-out examples are too few for a false-alarm rate of 0.01 and for "
            "scores that learn; give at least 99");
  EXPECT_EQ(message(99, options_for(vae_, 0.01)), "");
  EXPECT_TRUE(message(9, options_for(vae_, 0.5)).ends_with("give at least 10"));
  EXPECT_EQ(message(10, options_for(vae_, 0.5)), "");
  CalibrationOptions plain = options_for(vae_, 0.5);
  plain.scores.names = {"negative_elbo"};
  EXPECT_EQ(message(2, plain), "");
}

TEST_F(Calibration, BitsThatWereDrawnOnceAreDrawnForEveryVerb) {
  RunConfig config = testing::tiny_config();
  config.data.binarisation = "static";
  const Dataset held_out = held_out_examples(config, train_);
  for (const std::uint8_t pixel : held_out.examples.values<std::uint8_t>()) {
    ASSERT_TRUE(pixel == 0 || pixel == 255);
  }
  const auto first = static_bits(config, new_), second = static_bits(config, new_);
  EXPECT_TRUE(std::ranges::equal(first->examples.bytes(), second->examples.bytes()));
  config.data.binarisation = "dynamic";
  EXPECT_FALSE(static_bits(config, new_));
}

TEST_F(Calibration, SlowScoresMayBeOfAPart) {
  CalibrationOptions options = options_for(vae_, 0.05);
  options.scores.names = {"kl", "importance_bound", "likelihood_regret"};
  options.scores.slow_examples = 50;
  const AnomalyCalibration calibration = calibrate(vae_, held_out_, options);
  const AnomalyScores part = anomaly_scores(vae_, held_out_, options.scores, calibration);
  EXPECT_EQ(part.at("kl").size(), 600U);
  EXPECT_EQ(part.at("importance_bound").size(), 50U);
  EXPECT_EQ(part.at("likelihood_regret").size(), 50U);
  EXPECT_EQ(calibration.usual_scores(), std::vector<std::string>{"kl"});
}

TEST_F(Calibration, AScoreIsAFunctionOfTheExample) {
  // The last 30 examples by themselves, with all noise there is: of codes and of pixels.
  RunConfig config = testing::tiny_config();
  config.data.binarisation = "dynamic";
  const FittedVae vae = testing::trained_model(config, train_, 3);
  CalibrationOptions options = options_for(vae, 0.05);
  options.scores.names = anomaly_score_names();
  const AnomalyCalibration calibration = calibrate(vae, held_out_, options);
  const Dataset all = new_.first(130);
  std::vector<std::int32_t> last(30);
  std::iota(last.begin(), last.end(), 100);
  const AnomalyScores whole = anomaly_scores(vae, all, options.scores, calibration);
  const AnomalyScores part = anomaly_scores(vae, all.subset(last), options.scores, calibration);
  ASSERT_EQ(part.size(), anomaly_score_names().size());
  for (const auto& [name, values] : part) {
    for (std::size_t i = 0; i < 30; ++i) {
      // Sums of floats are in another order where a batch has another size.
      EXPECT_NEAR(values[i], whole.at(name)[100 + i], 1e-3) << name;
    }
  }
}

TEST_F(Calibration, ComesBackFromItsFiles) {
  const AnomalyCalibration written = calibrate(vae_, held_out_, options_for(vae_, 0.05));
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "calibration.json";
  write_calibration(path, written);
  const AnomalyCalibration read = read_calibration(path);
  EXPECT_EQ(read.thresholds, written.thresholds);
  EXPECT_EQ(read.settings.seed, 9U);
  EXPECT_EQ(read.settings.importance_samples, 5);
  EXPECT_EQ(read.settings.regret_steps, 3);
  EXPECT_EQ(read.data_spec, written.data_spec);
  const ScoreRequest request{.names = read.usual_scores()};
  EXPECT_EQ(anomaly_scores(vae_, new_, request, read),
            anomaly_scores(vae_, new_, request, written));
}

TEST_F(Calibration, OfEarlierVersionsAreRead) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "calibration.json";
  write_text_file(path, R"({"count": 100, "data": "mnist:test", "false_alarm_rate": 0.01, "seed": 3,
    "reconstruction_error_mean": 0.01, "reconstruction_error_standard_deviation": 0.002,
    "thresholds": {"complexity_corrected": 10, "negative_elbo": 120.5,
                   "reconstruction_error": 0.02, "reconstruction_probability": 100}})");
  const AnomalyCalibration calibration = read_calibration(path);
  EXPECT_EQ(calibration.settings.seed, 3U);
  EXPECT_EQ(calibration.threshold("negative_elbo"), 120.5);
  EXPECT_EQ(calibration.usual_scores(),
            (std::vector<std::string>{"complexity_corrected", "negative_elbo",
                                      "reconstruction_error", "reconstruction_probability"}));
  EXPECT_EQ(anomaly_scores(vae_, new_, {.names = calibration.usual_scores()}, calibration).size(),
            4U);
  EXPECT_THROW(calibration.threshold("combined"), UsageError);
  EXPECT_THROW(anomaly_scores(vae_, new_, {.names = {"mahalanobis"}}, calibration), UsageError);
}

TEST_F(Calibration, DamagedFilesAreRefused) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "calibration.json";
  AnomalyCalibration calibration = calibrate(vae_, held_out_, options_for(vae_, 0.05));
  write_calibration(path, calibration);
  write_text_file(folder / "calibration.safetensors", "not arrays");
  EXPECT_THROW(read_calibration(path), FileError);
  std::filesystem::remove(folder / "calibration.safetensors");
  EXPECT_THROW(read_calibration(path), FileError);
  write_text_file(path, R"({"count": "many"})");
  EXPECT_THROW(read_calibration(path), FileError);
  // Learned from codes of another size, or no covariance at all.
  LearnedArrays& learned = calibration.learned.at("mahalanobis");
  const ScoreRequest request{.names = {"mahalanobis"}};
  learned.at("covariance") = Array::from(std::vector<double>{1, 2, 2, 1}, {2, 2});
  EXPECT_THROW(anomaly_scores(vae_, new_, request, calibration), DataError);
  learned.at("mean") = Array::from(std::vector<double>{0, 0, 0}, {3});
  EXPECT_THROW(anomaly_scores(vae_, new_, request, calibration), DataError);
}

TEST(Scores, TablesHaveNoComplexity) {
  const Dataset data = testing::tiny_table(100);
  RunConfig config = testing::tiny_config();
  config.model.likelihood = "gaussian";
  const TemporaryFolder folder(memory_folder());
  train_run(config, data, {.folder = folder / "run", .callbacks = {}});
  const FittedVae vae = load_run(folder / "run", 1).vae;
  const AnomalyCalibration calibration = calibrate(vae, data, options_for(vae, 0.05));
  EXPECT_FALSE(calibration.thresholds.contains("complexity_corrected"));
  EXPECT_TRUE(calibration.thresholds.contains("combined"));
  EXPECT_THROW(anomaly_scores(vae, data, {.names = {"complexity_corrected"}}, calibration),
               UsageError);
}

}  // namespace
}  // namespace elbo
