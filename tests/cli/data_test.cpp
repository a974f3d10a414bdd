#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "elbo/base/file.h"
#include "tests/cli/run_program.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

TEST(DataInfoCommand, TellsWhatATableHolds) {
  const TemporaryFolder folder;
  write_text_file(folder / "table.csv", "a,b,price\n1,2,10.5\n3,6,29.5\n");
  const std::string spec = "csv:" + (folder / "table.csv").string() + "?target=price";
  const ProgramResult result = run_program({"data", "info", spec, "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object["count"], 2);
  EXPECT_EQ(object["shape"], nlohmann::json({2}));
  EXPECT_EQ(object["dtype"], "f32");
  EXPECT_DOUBLE_EQ(object["mean"], 3.0);
  EXPECT_DOUBLE_EQ(object["standard_deviation"], std::sqrt(3.5));
  EXPECT_EQ(object["minimum"], 1.0);
  EXPECT_EQ(object["maximum"], 6.0);
  EXPECT_EQ(object["target"]["mean"], 20.0);
  const ProgramResult table = run_program({"data", "info", spec});
  EXPECT_NE(table.output.find("examples            2\n"), std::string::npos) << table.output;
}

TEST(DataInfoCommand, CountsClassesAndScalesPixels) {
  const ProgramResult result =
      run_program({"--json", "data", "info", "strokes?count=50", "--threads", "1"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object["shape"], nlohmann::json({28, 28, 1}));
  EXPECT_EQ(object["dtype"], "u8");
  EXPECT_EQ(object["minimum"], 0.0);
  EXPECT_GT(object["maximum"], 0.5);
  EXPECT_LE(object["maximum"], 1.0);
  std::int64_t total = 0;
  for (const auto& each : object["classes"]) total += each["count"].get<std::int64_t>();
  EXPECT_EQ(object["classes"].size(), 10U);
  EXPECT_EQ(total, 50);
}

TEST(DataInfoCommand, SeedChangesWhatIsGenerated) {
  const auto mean = [](const char* seed) {
    return run_program({"data", "info", "strokes?count=20", "--json", "--seed", seed}).output;
  };
  EXPECT_EQ(mean("3"), mean("3"));
  EXPECT_NE(mean("3"), mean("4"));
}

TEST(DataInfoCommand, SaysWhatIsWrong) {
  const ProgramResult unknown = run_program({"data", "info", "mnits"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.errors.find("did you mean 'mnist'?"), std::string::npos) << unknown.errors;
  const ProgramResult missing = run_program({"data", "info", "csv:/no/such/file.csv"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.errors,
            "elbo: /no/such/file.csv: can't be opened: No such file or directory\n");
  const ProgramResult nothing = run_program({"data", "info"});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_EQ(nothing.errors, "elbo: data info: SPEC is missing; see 'elbo data info --help'\n");
}

TEST(DataFetchCommand, KnowsNamesOnly) {
  const ProgramResult result = run_program({"data", "fetch", "mnits"});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("did you mean 'mnist'?"), std::string::npos) << result.errors;
}

TEST(DataFamily, ListsItsVerbs) {
  EXPECT_EQ(run_program({"data"}).errors, "elbo: data: expected a verb; see 'elbo data --help'\n");
  EXPECT_EQ(run_program({"data", "inf"}).errors,
            "elbo: data: there is no verb 'inf'; did you mean 'info'?\n");
  const ProgramResult help = run_program({"data", "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.output.find("  data info "), std::string::npos);
  EXPECT_EQ(help.output.find("  presets "), std::string::npos);
}

}  // namespace
}  // namespace elbo
