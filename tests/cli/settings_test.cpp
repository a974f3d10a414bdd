#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "elbo/base/file.h"
#include "tests/cli/run_program.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

TEST(SettingsCommand, ListsEverySettingWithItsDefaultAndWhatItTakes) {
  const ProgramResult result = run_program({"settings"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.output.find("train.batch_size = 128\n    examples in a step: a whole number "
                               "from 1 to 65536\n"),
            std::string::npos)
      << result.output;
  const auto object = nlohmann::json::parse(run_program({"settings", "--json"}).output);
  std::set<std::string> names;
  for (const auto& setting : object["settings"]) names.insert(setting["name"].get<std::string>());
  EXPECT_EQ(names.size(), object["settings"].size());
  for (const char* name : {"data.noise", "model.latent", "objective.beta", "train.epochs"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(SettingsCommand, ListsOneTable) {
  const std::string text = run_program({"settings", "model"}).output;
  EXPECT_NE(text.find("model.hidden = [400]"), std::string::npos) << text;
  EXPECT_EQ(text.find("train."), std::string::npos) << text;
}

TEST(SettingsCommand, SuggestsTheNearestTable) {
  const ProgramResult result = run_program({"settings", "modle"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.errors, "elbo: settings: there is no table 'modle'; did you mean 'model'?\n");
}

TEST(Settings, AFileIsNamedInErrorsOfWhatItSays) {
  const TemporaryFolder folder;
  write_text_file(folder / "c.toml", "[train]\nepocs = 3\n");
  const ProgramResult result = run_program(
      {"train", "strokes?count=20", "--out", folder / "run", "--config", folder / "c.toml"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.errors, "elbo: " + std::string(folder / "c.toml") +
                               ": [train]: there is no 'epocs'; did you mean 'epochs'?\n");
}

TEST(Settings, WhatIsNoNumberIsCalledThat) {
  const TemporaryFolder folder;
  for (const std::string value : {"nan", "inf", "-inf"}) {
    const ProgramResult result = run_program({"train", "strokes?count=20", "--out", folder / "run",
                                              "--set", "train.learning_rate=" + value});
    EXPECT_EQ(result.status, 2);
    EXPECT_NE(result.errors.find(", found " + value), std::string::npos) << result.errors;
  }
}

}  // namespace
}  // namespace elbo
