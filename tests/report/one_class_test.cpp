// The report of one-class detection: a dot for each class, a table, and faults of the file.
#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/report/gnuplot.h"
#include "elbo/report/report.h"
#include "tests/report/synthetic_study.h"

namespace elbo {
namespace {

using nlohmann::json;

json class_result(const std::string& name, double combined, double bound) {
  return {{"class", name},
          {"train_count", 5421},
          {"auroc", combined},
          {"scores",
           {{{"name", "combined"}, {"auroc", combined}},
            {{"name", "negative_elbo"}, {"auroc", bound}}}}};
}

json result() {
  return {
      {"data", "mnist:train"},
      {"chosen", "combined"},
      {"auroc", 0.9315},
      {"scores",
       {{{"name", "combined"}, {"auroc", 0.9315}}, {{"name", "negative_elbo"}, {"auroc", 0.85}}}},
      {"classes", {class_result("0", 0.9876, 0.95), class_result("it's <one>", 0.8754, 0.75)}}};
}

TEST(OneClassReport, ShowsEachClassAndTheMean) {
  const testing::StudyFolder folder;
  folder.write_json("one_class", result());
  write_report(folder.path());
  const std::string page = folder.page();
  for (const char* part : {"One class against the others", "Each class of MNIST", "0.9876",
                           "0.8754", "it&#39;s &lt;one&gt;", "0.9315", "5,421"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  try {
    gnuplot::run("");
  } catch (const Error&) {
    GTEST_SKIP() << "gnuplot is not installed: the plot was not looked at";
  }
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "figures" / "one_class.png"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "figures" / "one_class.svg"));
}

TEST(OneClassReport, AWrongTypeIsNamed) {
  const testing::StudyFolder folder;
  json damaged = result();
  damaged["classes"][1]["scores"][0]["auroc"] = "high";
  folder.write_json("one_class", damaged);
  try {
    write_report(folder.path());
    FAIL() << "was taken";
  } catch (const FileError& error) {
    EXPECT_NE(std::string(error.what()).find("/classes/1/scores/0/auroc"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace elbo
