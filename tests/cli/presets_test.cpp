#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "elbo/base/file.h"
#include "tests/cli/run_program.h"

namespace elbo {
namespace {

TEST(PresetsCommand, ListsNamesAndDescriptions) {
  const ProgramResult result = run_program({"presets"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.errors, "");
  EXPECT_NE(result.output.find("One hidden layer of 400 units"), std::string::npos)
      << result.output;
}

TEST(PresetsCommand, PrintsTheFileOfOne) {
  const std::string file = read_text_file(ELBO_SOURCE_DIR "/presets/mlp.toml");
  EXPECT_EQ(run_program({"presets", "mlp"}).output, file);
  const auto object = nlohmann::json::parse(run_program({"presets", "mlp", "--json"}).output);
  EXPECT_EQ(object["toml"], file);
  EXPECT_EQ(object["name"], "mlp");
}

TEST(PresetsCommand, SuggestsTheNearestName) {
  const ProgramResult result = run_program({"presets", "mpl"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.errors, "elbo: there is no preset 'mpl'; did you mean 'mlp'?\n");
}

}  // namespace
}  // namespace elbo
