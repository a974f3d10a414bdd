// Three ways between codes of a small model: how they are measured and how they compare.
#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/experiments/experiments.h"
#include "elbo/io/npy.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

class Interpolation : public ::testing::Test {
 protected:
  Interpolation() : folder_(memory_folder()), data_(testing::tiny_images(300)) {}

  FittedVae model() const { return testing::trained_model(testing::tiny_config(), data_, 20); }

  TemporaryFolder folder_;
  Dataset data_;
};

TEST_F(Interpolation, TheGeodesicNeedsLeastEnergy) {
  const ResultFolder results(folder_.path());
  const nlohmann::json report = run_interpolation(
      model(), data_, nullptr, {.pairs = {{0, 1}, {1, 2}, {0, 2}}, .steps = 6}, results);
  EXPECT_EQ(report["curve_steps"], 40);
  ASSERT_EQ(report["rows"].size(), 9U);
  const std::vector<std::string> kinds = {"linear", "spherical", "geodesic"};
  for (std::size_t i = 0; i < 9; ++i) {
    const nlohmann::json& row = report["rows"][i];
    EXPECT_EQ(row["kind"], kinds[i % 3]);
    EXPECT_EQ(row["step_lengths"].size(), 5U);
    EXPECT_EQ(row["curve_step_lengths"].size(), 40U);
    const double length = row["length"], energy = row["energy"];
    EXPECT_GT(length, 0);
    EXPECT_LE(length * length, energy * (1 + 1e-9));
    // Fewer points see less of the way.
    EXPECT_LE(row["path_length"].get<double>(), length * (1 + 1e-9));
    EXPECT_GE(row["step_ratio"].get<double>(), 1);
    const nlohmann::json& linear = report["rows"][i / 3 * 3];
    if (row["kind"] == "geodesic") {
      EXPECT_LE(energy, linear["energy"].get<double>());
      // Nearly constant speed.
      EXPECT_NEAR(length * length, energy, 0.01 * energy);
    }
  }
  for (const char* name : {"mean_path_length", "mean_length", "mean_energy", "mean_step_ratio"}) {
    for (const std::string& kind : kinds) EXPECT_TRUE(report[name][kind].is_number()) << name;
  }
  EXPECT_LT(report["mean_energy"]["geodesic"].get<double>(),
            0.99 * report["mean_energy"]["linear"].get<double>());
  EXPECT_EQ(read_npy(folder_ / "results" / "interpolation_images.npy").extents(),
            (Extents{9, 6, 4, 4, 1}));
}

TEST_F(Interpolation, EndsAreTheSameOnEveryWay) {
  const ResultFolder results(folder_.path());
  for (const std::int64_t steps : {2, 60}) {
    const nlohmann::json report =
        run_interpolation(model(), data_, nullptr, {.pairs = {{0, 2}}, .steps = steps}, results);
    std::filesystem::remove_all(folder_ / "run");
    EXPECT_EQ(report["curve_steps"], steps == 2 ? 40 : 59);
    const Array images = read_npy(folder_ / "results" / "interpolation_images.npy");
    const auto frame = [&](std::int64_t kind, std::int64_t step) {
      const auto row = images.row<std::uint8_t>(kind);
      const auto pixels = row.subspan(static_cast<std::size_t>(step) * 16, 16);
      return std::vector<std::uint8_t>(pixels.begin(), pixels.end());
    };
    for (const std::int64_t kind : {1, 2}) {
      EXPECT_EQ(frame(kind, 0), frame(0, 0));
      EXPECT_EQ(frame(kind, steps - 1), frame(0, steps - 1));
    }
  }
}

TEST_F(Interpolation, EndsAreOfTheClassesThatWereAskedFor) {
  std::vector<std::int32_t> rows;
  const auto labels = data_.labels->values<std::int32_t>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0) rows.push_back(static_cast<std::int32_t>(i));
  }
  const Dataset part = data_.subset(rows);
  const ResultFolder results(folder_.path());
  const nlohmann::json report =
      run_interpolation(model(), part, nullptr, {.pairs = {{1, 2}}}, results);
  EXPECT_EQ(report["rows"][0]["from"], "middle");
  EXPECT_EQ(report["rows"][0]["to"], "bottom");
  try {
    run_interpolation(model(), part, nullptr, {.pairs = {{1, 0}}}, results);
    ADD_FAILURE() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "interpolate: pair 1,0: tiny has no example of class top");
  }
}

TEST_F(Interpolation, NamesAPairThatThereIsNot) {
  const ResultFolder results(folder_ / "nothing");
  try {
    run_interpolation(model(), data_, nullptr, {.pairs = {{0, 3}}}, results);
    ADD_FAILURE() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "interpolate: pair 0,3: tiny has 3 classes");
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "nothing"));
}

}  // namespace
}  // namespace elbo
