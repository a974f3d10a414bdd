// `elbo reproduce` as a wrong call; what it makes is tested in tests/experiments and tests/report.
#include <gtest/gtest.h>

#include <filesystem>

#include "elbo/base/file.h"
#include "tests/cli/run_program.h"

namespace elbo {
namespace {

TEST(Reproduce, AnUnknownStudyGetsASuggestion) {
  const TemporaryFolder folder(memory_folder());
  const ProgramResult result =
      run_program({"reproduce", "--out", folder / "study", "--study", "aevv"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.errors,
            "elbo: --study: expected one of main, aevb, found \"aevv\"; did you mean 'aevb'?\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "study"));
}

TEST(Reproduce, AFolderOfAnotherStudyIsAWrongCall) {
  const TemporaryFolder folder(memory_folder());
  std::filesystem::create_directories(folder / "results");
  write_text_file(folder / "results" / "study.json", R"({"study": "main"})");
  const ProgramResult result = run_program(
      {"reproduce", "--out", folder.path(), "--study", "aevb", "--threads", "1", "--quiet"});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(
      result.errors.find("holds the study 'main', budget standard, seed 1, not 'aevb', budget "
                         "standard, seed 1; go on with that one, or choose another --out"),
      std::string::npos)
      << result.errors;
}

TEST(Reproduce, AFolderOfAnotherBudgetOrSeedIsAWrongCall) {
  // A study that was stopped in its first model.
  const TemporaryFolder folder(memory_folder());
  std::filesystem::create_directories(folder / "results");
  write_text_file(folder / "results" / "begun.json",
                  R"({"study": "main", "budget": "full", "seed": 1})");
  const auto errors = [&](const std::string& budget, const std::string& seed) {
    return run_program({"reproduce", "--out", folder.path(), "--budget", budget, "--seed", seed,
                        "--threads", "1", "--quiet"})
        .errors;
  };
  EXPECT_NE(errors("quick", "1")
                .find("holds the study 'main', budget full, seed 1, not 'main', "
                      "budget quick, seed 1;"),
            std::string::npos);
  EXPECT_NE(errors("full", "2").find("not 'main', budget full, seed 2;"), std::string::npos);
  write_text_file(folder / "config.json", "{}");
  EXPECT_NE(errors("full", "1").find("holds a run, not a study"), std::string::npos);
}

TEST(Reproduce, HelpNamesTheStudies) {
  const ProgramResult result = run_program({"reproduce", "--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.output.find("--study NAME"), std::string::npos);
  EXPECT_NE(result.output.find("Kingma & Welling 2013"), std::string::npos);
}

}  // namespace
}  // namespace elbo
