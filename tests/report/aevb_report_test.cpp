// The page of the study of Kingma & Welling 2013, from results made up for it.
#include <gtest/gtest.h>

#include "elbo/io/png.h"
#include "elbo/report/report.h"
#include "tests/report/page.h"
#include "tests/report/synthetic_study.h"

namespace elbo {
namespace {

using nlohmann::json;
using testing::count_of;
using testing::fault_of;
using testing::has_gnuplot;
using testing::StudyFolder;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Beside the main study's files, which the page must not show.
void write_aevb(const StudyFolder& folder, bool generated) {
  folder.write_everything();
  json study = folder.read_json("study");
  study["study"] = "aevb";
  study["data"] = {{"normal", generated ? "strokes" : "mnist"}, {"generated", generated}};
  study["command"] = "elbo reproduce --out there --study aevb";
  folder.write_json("study", study);
  json models = json::array();
  for (const double latent : {2.0, 3.0, 5.0, 10.0, 20.0, 200.0}) {
    json curve = json::array();
    for (const double millions : {0.06, 0.12, 0.3, 0.6, 1.7}) {
      const double bound = -97.3 - 60 / latent - 6 / millions;
      curve.push_back({{"epochs", 1},
                       {"examples", 1e6 * millions},
                       {"train_elbo_nats", bound + 1},
                       {"test_elbo_nats", bound},
                       {"test_kl_nats", 25.25},
                       {"active_units", 7}});
    }
    models.push_back({{"name", "latent"}, {"latent", latent}, {"curve", curve}});
  }
  folder.write_json("aevb", {{"binarisation", "dynamic"},
                             {"hidden", {500}},
                             {"activation", "tanh"},
                             {"optimizer", "adam"},
                             {"learning_rate", 0.001},
                             {"average_decay", 0.999},
                             {"batch_size", 100},
                             {"bound_count", 10000},
                             {"models", models}});
}

TEST(AevbReport, ShowsTheThreeFiguresOnOnePage) {
  const StudyFolder folder;
  write_aevb(folder, false);
  write_report(folder.path());
  const std::string page = folder.page();
  EXPECT_EQ(fault_of(page), "");
  EXPECT_TRUE(has(page, "<h1>Auto-encoding variational Bayes on MNIST</h1>"));
  for (const char* part : {"binarised dynamically", "Adam at a constant rate of 0.001",
                           "layer of 500 tanh units", "elbo reproduce --out there --study aevb"}) {
    EXPECT_TRUE(has(page, part)) << part;
  }
  // The bound, manifold with its map, samples; nothing of the main study.
  EXPECT_EQ(count_of(page, "<img "), has_gnuplot() ? 4U : 2U);
  EXPECT_FALSE(has(page, "id=\"anomaly\""));
  EXPECT_FALSE(has(page, "seed study"));
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed: plots were not looked at";
  EXPECT_EQ(read_png(folder.path() / "figures" / "lower_bound.png").extents(),
            (Extents{2 * 520, 2 * 960, 3}));
}

TEST(AevbReport, SetsThePublishedReadingBesideOurs) {
  const StudyFolder folder;
  write_aevb(folder, false);
  write_report(folder.path());
  // −97.3 − 60/20 − 6/1.7 at 20 latents.
  EXPECT_TRUE(
      has(folder.page(), "−103.8 nats a test image with 20 latents (published: about −100)"));
  EXPECT_TRUE(has(folder.page(), "<td class=\"note\">≈ −100</td>"));
  EXPECT_EQ(count_of(folder.page(), "≈ −100"), 1U);
  // Drawn digits are nothing that a published number is of.
  write_aevb(folder, true);
  write_report(folder.path());
  EXPECT_FALSE(has(folder.page(), "about −100"));
  EXPECT_FALSE(has(folder.page(), "≈ −100"));
  EXPECT_LT(folder.page().find("No real data was found"), folder.page().find("<h1>"));
}

TEST(AevbReport, MissingPiecesAreLeftOut) {
  const StudyFolder folder;
  folder.write_json("study", {{"study", "aevb"}});
  write_report(folder.path());
  EXPECT_EQ(fault_of(folder.page()), "");
  EXPECT_EQ(count_of(folder.page(), "<img "), 0U);
  folder.write_json("aevb", {{"models", {{{"latent", 3}}, json::object()}}});
  write_report(folder.path());
  EXPECT_EQ(fault_of(folder.page()), "");
}

TEST(AevbReport, DamagedCurvesAreNamed) {
  const StudyFolder folder;
  folder.write_json("study", {{"study", "aevb"}});
  folder.write_json("aevb", {{"models", {{{"latent", 3}, {"curve", {{{"examples", "many"}}}}}}}});
  try {
    write_report(folder.path());
    ADD_FAILURE() << "no error";
  } catch (const FileError& error) {
    EXPECT_TRUE(has(error.what(), "aevb.json: /models/0/curve/0/examples: expected a number"))
        << error.what();
  }
}

}  // namespace
}  // namespace elbo
