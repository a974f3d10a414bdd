#include "elbo/report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "elbo/io/png.h"
#include "tests/report/page.h"
#include "tests/report/synthetic_study.h"

namespace elbo {
namespace {

using testing::count_of;
using testing::fault_of;
using testing::has_gnuplot;
using testing::StudyFolder;

std::string error_of(const StudyFolder& folder) {
  try {
    write_report(folder.path());
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Report, ShowsEverythingOfAStudyOnOnePage) {
  const StudyFolder folder;
  folder.write_everything();
  write_report(folder.path());
  const std::string page = folder.page();
  EXPECT_EQ(fault_of(page), "");
  std::vector<std::string> expected = {
      "original_reconstructed", "latent_manifold",          "interpolation", "robustness_images",
      "anomaly_extremes",       "anomaly_reverse_extremes", "conditional",   "samples"};
  for (const char* plot : {"latent_visualization", "interpolation_steps", "robustness", "anomaly",
                           "anomaly_reverse", "learning_curves"}) {
    if (!has_gnuplot()) continue;
    expected.push_back(plot);
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "figures" / (std::string(plot) + ".svg")));
  }
  for (const std::string& name : expected) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "figures" / (name + ".png"))) << name;
  }
  EXPECT_EQ(count_of(page, "<img "), expected.size());
  // Ours against the target of the quick budget: one met, one missed.
  EXPECT_NE(page.find("<td class=\"ours\">0.00612</td><td class=\"met\">✓ ≤ 0.0065</td>"),
            std::string::npos);
  EXPECT_NE(page.find("<td class=\"missed\">✗ ≥ 78 %</td>"), std::string::npos);
  EXPECT_NE(page.find("elbo reproduce --out study"), std::string::npos);
  EXPECT_NE(page.find("train.learning_rate"), std::string::npos);
}

TEST(Report, ComparesThreeWaysBetweenImages) {
  const StudyFolder folder;
  folder.write_everything();
  write_report(folder.path());
  EXPECT_NE(folder.page().find("<th>geodesic</th><td>10.5</td><td>112</td><td>1.02</td>"),
            std::string::npos);
  // Results that know neither curves nor geodesics still have their lengths.
  nlohmann::json old = folder.read_json("interpolation");
  for (const char* key : {"mean_length", "mean_energy", "mean_step_ratio"}) old.erase(key);
  old["mean_path_length"].erase("geodesic");
  old["mean_confidence_dip"].erase("geodesic");
  folder.write_json("interpolation", old);
  write_report(folder.path());
  EXPECT_NE(folder.page().find("<th>linear</th><td>9.50</td><td>–</td><td>–</td>"),
            std::string::npos);
  EXPECT_EQ(folder.page().find("<th>geodesic</th>"), std::string::npos);
}

TEST(Report, FiguresHaveTheSizeThePageSays) {
  const StudyFolder folder;
  folder.write_everything();
  write_report(folder.path());
  const std::string page = folder.page();
  const Array images = read_png(folder.path() / "figures" / "original_reconstructed.png");
  // Colour images stay colour.
  EXPECT_EQ(images.extent(2), 3);
  // Eight columns of 10 pixels at scale 5, 6 apart, margins 12 and the labels' room at the left.
  EXPECT_GT(images.extent(1), 8 * 50 + 7 * 6 + 24);
  EXPECT_LT(images.extent(1), 8 * 50 + 7 * 6 + 24 + 200);
  const std::string size = fmt::format("width=\"{}\" height=\"{}\"", (images.extent(1) + 1) / 2,
                                       (images.extent(0) + 1) / 2);
  EXPECT_NE(page.find(size), std::string::npos) << size;
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed: plots were not looked at";
  EXPECT_EQ(read_png(folder.path() / "figures" / "latent_visualization.png").extents(),
            (Extents{2 * 590, 2 * 680, 3}));
}

TEST(Report, MissingPiecesAreLeftOut) {
  const StudyFolder folder;
  write_report(folder.path());
  EXPECT_EQ(fault_of(folder.page()), "");
  folder.write_everything();
  std::filesystem::remove_all(folder.path() / "models");
  for (const auto& entry : std::filesystem::directory_iterator(folder.results())) {
    if (entry.path().extension() == ".json") write_text_file(entry.path(), "{}");
  }
  write_report(folder.path());
  EXPECT_EQ(fault_of(folder.page()), "");
  EXPECT_EQ(count_of(folder.page(), "<img "), 0u);
  folder.write_json("conditional", {{"label_accuracy", nullptr}, {"count", 12}});
  write_report(folder.path());
  EXPECT_NE(folder.page().find("<td>12</td>"), std::string::npos);
}

TEST(Report, SaysFirstWhenDataWasDrawnAndComparesNothing) {
  const StudyFolder folder;
  folder.write_json("study",
                    {{"budget", "quick"}, {"data", {{"normal", "strokes"}, {"generated", true}}}});
  folder.write_json("reconstruction", {{"mse", 0.001}, {"latent", 32}});
  write_report(folder.path());
  const std::string page = folder.page();
  const std::size_t warning = page.find("No real data was found");
  ASSERT_NE(warning, std::string::npos);
  EXPECT_LT(warning, page.find("<h1>"));
  EXPECT_EQ(page.find("0.0173"), std::string::npos);
  EXPECT_EQ(page.find("class=\"met\""), std::string::npos);
}

TEST(Report, TakesComparedNumbersFromTheSummaryWhenResultsLackThem) {
  const StudyFolder folder;
  folder.write_json("study", {{"budget", "full"}, {"data", {{"normal", "mnist"}}}});
  write_text_file(
      folder.path() / "summary.json",
      R"({"latent": {"mse": 0.03}, "robustness": {"curve": [{"sigma": 0.5, "mse": 0.02}]}})");
  write_report(folder.path());
  EXPECT_NE(folder.page().find("<td class=\"met\">✓ ≤ 0.0305</td>"), std::string::npos);
  EXPECT_NE(folder.page().find("<td class=\"missed\">✗ ≤ 0.01</td>"), std::string::npos);
}

TEST(Report, EscapesEveryTextAndSurvivesHostileNames) {
  const StudyFolder folder;
  folder.write_everything();
  const std::string hostile = "</td><script>alert('`x`')</script>\"\n&";
  // Every string of every file becomes hostile, except the names of files.
  const std::function<void(nlohmann::json&)> poison = [&](nlohmann::json& value) {
    if (value.is_structured()) {
      for (auto& entry : value) poison(entry);
    } else if (value.is_string() && !value.get<std::string>().ends_with(".npy")) {
      value = hostile;
    }
  };
  for (const char* name : {"study", "reconstruction", "latent", "interpolation", "robustness",
                           "anomaly", "conditional", "samples", "likelihood"}) {
    nlohmann::json value = folder.read_json(name);
    poison(value);
    folder.write_json(name, value);
  }
  write_report(folder.path());
  EXPECT_EQ(fault_of(folder.page()), "");
  EXPECT_EQ(folder.page().find("<script"), std::string::npos);
  EXPECT_NE(folder.page().find("&lt;script&gt;"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "figures" / "conditional.png"));
  if (has_gnuplot()) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "figures" / "anomaly.png"));
  }
}

TEST(Report, DamagedFilesAreNamed) {
  const StudyFolder folder;
  write_text_file(folder.results() / "latent.json", R"({"mse": 0.0)");
  EXPECT_NE(error_of(folder).find("latent.json: not valid JSON"), std::string::npos)
      << error_of(folder);
  write_text_file(folder.results() / "latent.json", "[1]");
  EXPECT_NE(error_of(folder).find("expected a JSON object, found array"), std::string::npos);
  folder.write_json("latent", {{"mse", "small"}});
  EXPECT_NE(error_of(folder).find("latent.json: /mse: expected a number, found string"),
            std::string::npos)
      << error_of(folder);
  folder.write_json("latent", {{"mse", 0.03}});
  make_directory(folder.path() / "models" / "one");
  write_text_file(folder.path() / "models" / "one" / "metrics.jsonl",
                  "{\"epoch\":1}\n{\"ep\n{\"epoch\":3}\n");
  EXPECT_NE(error_of(folder).find("metrics.jsonl:2"), std::string::npos) << error_of(folder);
}

TEST(Report, ArraysAreCheckedBeforeTheyAreDrawn) {
  const StudyFolder folder;
  const auto error_with = [&](const nlohmann::json& images) {
    folder.write_json("conditional", {{"images", images}});
    return error_of(folder);
  };
  for (const char* name : {"../summary.json", "/etc/passwd", ".hidden", "a/b.npy"}) {
    EXPECT_NE(error_with(name).find("plain name"), std::string::npos) << name;
  }
  EXPECT_NE(error_with("absent.npy").find("absent.npy"), std::string::npos);
  write_npy(folder.results() / "flat.npy", Array(DType::u8, {4, 4}));
  EXPECT_NE(error_with("flat.npy").find("expected 5 axes"), std::string::npos);
  write_npy(folder.results() / "float.npy", Array(DType::f32, {1, 1, 4, 4, 1}));
  EXPECT_NE(error_with("float.npy").find("expected u8 images"), std::string::npos);
  write_npy(folder.results() / "five.npy", Array(DType::u8, {1, 1, 4, 4, 5}));
  EXPECT_NE(error_with("five.npy").find("expected u8 images"), std::string::npos);
  write_npy(folder.results() / "none.npy", Array(DType::u8, {1, 0, 4, 4, 1}));
  EXPECT_NE(error_with("none.npy").find("none of length 0"), std::string::npos);
  folder.write_json("conditional", nlohmann::json::object());
  write_npy(folder.results() / "means.npy", Array(DType::f32, {4, 2}));
  Array labels(DType::i32, {4});
  labels.values<std::int32_t>()[2] = 2000000000;
  write_npy(folder.results() / "labels.npy", labels);
  folder.write_json("latent", {{"means", "means.npy"}, {"labels", "labels.npy"}});
  EXPECT_NE(error_of(folder).find("expected labels from 0 to 99"), std::string::npos);
}

TEST(Report, NeedsAFolder) {
  EXPECT_THROW(write_report("/nowhere/at/all"), FileError);
}

}  // namespace
}  // namespace elbo
