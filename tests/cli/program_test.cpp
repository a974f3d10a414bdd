// The frame of the program, run as a process: exit statuses, one-line errors, help, JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "elbo/base/version.h"
#include "tests/cli/run_program.h"

namespace elbo {
namespace {

TEST(Program, PrintsItsVersion) {
  const ProgramResult result = run_program({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "elbo " + version() + "\n");
  EXPECT_EQ(result.errors, "");
}

TEST(Program, HelpListsEveryVerbAndCommonOption) {
  const ProgramResult result = run_program({"--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.errors, "");
  for (const char* word : {"Usage: elbo VERB", "  presets ", "--json", "--seed N", "--threads N",
                           "--data-dir DIR", "--quiet", "130 interrupted"}) {
    EXPECT_NE(result.output.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(run_program({"help"}).output, result.output);
}

TEST(Program, HelpFitsThePage) {
  for (const auto& words : {std::vector<std::string>{"--help"}, {"presets", "--help"}}) {
    const std::string page = run_program(words).output;
    for (std::size_t begin = 0, end = 0; end < page.size(); begin = end + 1) {
      end = std::min(page.find('\n', begin), page.size());
      EXPECT_LE(end - begin, 90U) << page.substr(begin, end - begin);
    }
  }
}

TEST(Program, HelpOfAVerbTellsItsArguments) {
  const ProgramResult result = run_program({"presets", "--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.output.find("Usage: elbo presets [NAME]"), std::string::npos);
  EXPECT_NE(result.output.find("Common options, before or after the verb:"), std::string::npos);
  EXPECT_EQ(run_program({"help", "presets"}).output, result.output);
}

TEST(Program, NoVerbIsAWrongCall) {
  expect_one_line_error(run_program({}), 2, "expected a verb; see 'elbo --help'");
}

TEST(Program, UnknownVerbGetsASuggestion) {
  const std::string message = "there is no verb 'presetz'; did you mean 'presets'?";
  expect_one_line_error(run_program({"presetz"}), 2, message);
  expect_one_line_error(run_program({"presetz", "--help"}), 2, message);
  expect_one_line_error(run_program({"qqqqqqqqqqqqqq"}), 2,
                        "there is no verb 'qqqqqqqqqqqqqq'; see 'elbo --help'");
}

TEST(Program, UnknownOptionGetsASuggestion) {
  expect_one_line_error(run_program({"presets", "--jsn"}), 2,
                        "presets: there is no option '--jsn'; did you mean '--json'?");
  expect_one_line_error(run_program({"--sed=4", "presets"}), 2,
                        "presets: there is no option '--sed'; did you mean '--seed'?");
}

TEST(Program, SettingGivenAsAnOptionOrAWordGetsTheWayToGiveIt) {
  expect_one_line_error(
      run_program({"train", "strokes", "--epochs", "3"}), 2,
      "train: there is no option '--epochs'; did you mean '--set train.epochs=VALUE'?");
  expect_one_line_error(run_program({"train", "strokes", "--learning-rate=3e-3"}), 2,
                        "train: there is no option '--learning-rate'; did you mean '--set "
                        "train.learning_rate=3e-3'?");
  expect_one_line_error(
      run_program({"train", "strokes", "model.latent=3"}), 2,
      "train: unexpected argument 'model.latent=3'; did you mean '--set model.latent=3'?");
  expect_one_line_error(run_program({"presets", "--epochs=3"}), 2,
                        "presets: there is no option '--epochs'; see 'elbo presets --help'");
}

TEST(Program, RejectsWrongArguments) {
  expect_one_line_error(run_program({"presets", "mlp", "more"}), 2,
                        "presets: unexpected argument 'more'; see 'elbo presets --help'");
  expect_one_line_error(run_program({"presets", "--seed"}), 2,
                        "presets: --seed: its value is missing");
  expect_one_line_error(run_program({"presets", "--seed", "--json"}), 2,
                        "--seed: expected N, found the option '--json'");
  expect_one_line_error(run_program({"presets", "--seed", "x"}), 2,
                        "--seed: expected a whole number from 0 to 1000000000000000, found \"x\"");
  expect_one_line_error(run_program({"presets", "--threads", "0"}), 2,
                        "--threads: expected a whole number from 1 to 4096, found 0");
}

TEST(Program, JsonIsOneObjectWhereverTheOptionStands) {
  const ProgramResult before = run_program({"--json", "--seed", "3", "presets"});
  const ProgramResult after = run_program({"presets", "--threads=1", "--json"});
  EXPECT_EQ(before.status, 0);
  EXPECT_EQ(before.output, after.output);
  EXPECT_EQ(std::count(before.output.begin(), before.output.end(), '\n'), 1);
  const nlohmann::json object = nlohmann::json::parse(before.output);
  ASSERT_TRUE(object.is_object());
  EXPECT_GE(object["presets"].size(), 2U);
}

TEST(Program, TheLastOfARepeatedOptionCounts) {
  EXPECT_EQ(run_program({"presets", "--seed", "1", "--seed", "2"}).status, 0);
  expect_one_line_error(run_program({"presets", "--seed", "1", "--seed", "no"}), 2,
                        "--seed: expected a whole number from 0 to 1000000000000000, found \"no\"");
}

TEST(Program, FailsWhenItsOutputCannotBeWritten) {
  const std::string prefix = "standard output: the result can't be written: ";
  const auto expect_failure = [&](OutputTo to, const std::string& reason) {
    expect_one_line_error(run_program({"presets"}, to), 1, prefix + reason);
  };
  expect_failure(OutputTo::full_disk, "No space left on device");
  expect_failure(OutputTo::closed, "Bad file descriptor");
  expect_failure(OutputTo::broken_pipe, "Broken pipe");
}

}  // namespace
}  // namespace elbo
