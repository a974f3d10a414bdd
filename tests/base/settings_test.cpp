#include "elbo/base/settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "elbo/base/error.h"

namespace elbo {
namespace {

using nlohmann::json;

struct Everything {
  bool fast = false;
  std::int64_t latent = 20;
  double rate = 1e-3;
  std::string name = "vae";
  std::vector<std::int64_t> hidden = {400};
  std::vector<double> levels = {};
  std::vector<std::string> tags = {};
  std::optional<std::int64_t> limit;
  std::optional<double> clip = 1.0;
  std::optional<std::string> note;
};

const SettingsTable<Everything>& table() {
  static const SettingsTable<Everything> made(
      "model", {
                   setting("fast", &Everything::fast, "go faster"),
                   setting("latent", &Everything::latent, "size", in_range(1, 64)),
                   setting("rate", &Everything::rate, "rate", above(0)),
                   setting("name", &Everything::name, "kind", one_of({"vae", "cvae"})),
                   setting("hidden", &Everything::hidden, "widths", at_least(1)),
                   setting("levels", &Everything::levels, "levels"),
                   setting("tags", &Everything::tags, "tags"),
                   setting("limit", &Everything::limit, "limit", at_least(0)),
                   setting("clip", &Everything::clip, "clip", above(0)),
                   setting("note", &Everything::note, "note"),
               });
  return made;
}

std::string error_of(const char* object) {
  Everything settings;
  try {
    table().apply(settings, json::parse(object));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no UsageError";
}

TEST(Settings, DefaultsAreWritten) {
  EXPECT_EQ(table().write(Everything{}), json::parse(R"({
    "fast": false, "latent": 20, "rate": 0.001, "name": "vae", "hidden": [400], "levels": [],
    "tags": [], "limit": null, "clip": 1.0, "note": null})"));
}

TEST(Settings, EveryTypeComesBackAsItWasWritten) {
  const json values = json::parse(R"({
    "fast": true, "latent": 2, "rate": 0.5, "name": "cvae", "hidden": [512, 256],
    "levels": [0.25, 0.5], "tags": ["a", "b"], "limit": 7, "clip": null, "note": "hello"})");
  Everything settings;
  table().apply(settings, values);
  EXPECT_EQ(settings.hidden, (std::vector<std::int64_t>{512, 256}));
  EXPECT_EQ(settings.clip, std::nullopt);
  EXPECT_EQ(table().write(settings), values);
}

TEST(Settings, WhatIsNotNamedStays) {
  Everything settings;
  settings.latent = 5;
  table().apply(settings, json::parse(R"({"rate": 2})"));
  EXPECT_EQ(settings.latent, 5);
  EXPECT_EQ(settings.rate, 2.0);
}

TEST(Settings, TakesNumbersInEveryNotation) {
  Everything settings;
  table().apply(settings, json::parse(R"({"latent": 1e1, "hidden": 64, "levels": 1,
                                          "limit": "none", "clip": 3})"));
  EXPECT_EQ(settings.latent, 10);
  EXPECT_EQ(settings.hidden, (std::vector<std::int64_t>{64}));
  EXPECT_EQ(settings.levels, (std::vector<double>{1.0}));
  EXPECT_EQ(settings.limit, std::nullopt);
  EXPECT_EQ(settings.clip, 3.0);
}

TEST(Settings, UnknownKeySuggestsTheNearest) {
  EXPECT_EQ(error_of(R"({"latnt": 3})"), "[model]: there is no 'latnt'; did you mean 'latent'?");
  EXPECT_EQ(error_of(R"({"xxxxxxxxxxxx": 3})"),
            "[model]: there is no 'xxxxxxxxxxxx'; known are fast, latent, rate, name, hidden, "
            "levels, tags, limit, clip, note");
  EXPECT_EQ(error_of("[1]"), "[model]: expected a table of settings, found [1]");
}

TEST(Settings, WrongTypesAndRangesSayWhatIsAllowed) {
  EXPECT_EQ(error_of(R"({"latent": 0})"),
            "model.latent: expected a whole number from 1 to 64, found 0");
  EXPECT_EQ(error_of(R"({"latent": 2.5})"),
            "model.latent: expected a whole number from 1 to 64, found 2.5");
  EXPECT_EQ(error_of(R"({"latent": 18446744073709551615})"),
            "model.latent: expected a whole number from 1 to 64, found 18446744073709551615");
  EXPECT_EQ(error_of(R"({"latent": "big"})"),
            "model.latent: expected a whole number from 1 to 64, found \"big\"");
  EXPECT_EQ(error_of(R"({"rate": 0})"), "model.rate: expected a number above 0, found 0");
  EXPECT_EQ(error_of(R"({"fast": 1})"), "model.fast: expected true or false, found 1");
  EXPECT_EQ(error_of(R"({"name": "cave"})"),
            "model.name: expected one of vae, cvae, found \"cave\"; did you mean 'cvae'?");
  EXPECT_EQ(error_of(R"({"name": 3})"), "model.name: expected one of vae, cvae, found 3");
  EXPECT_EQ(error_of(R"({"hidden": [3, 0]})"),
            "model.hidden: expected a list of whole numbers of at least 1, found [3,0]");
  EXPECT_EQ(error_of(R"({"limit": -1})"),
            "model.limit: expected a whole number of at least 0, found -1");
  EXPECT_EQ(error_of(R"({"note": [1]})"), "model.note: expected text, found [1]");
}

TEST(Settings, NumbersMustBeFinite) {
  Everything settings;
  const json infinite = {{"rate", std::numeric_limits<double>::infinity()}};
  const json nothing = {{"rate", std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_THROW(table().apply(settings, infinite), UsageError);
  EXPECT_THROW(table().apply(settings, nothing), UsageError);
}

TEST(Settings, LongValuesAreCutInMessages) {
  const std::string message =
      error_of(("{\"latent\": \"" + std::string(5000, 'x') + "\"}").c_str());
  EXPECT_LT(message.size(), 200U);
}

TEST(Settings, AFailedApplyChangesNothing) {
  Everything settings;
  EXPECT_THROW(table().apply(settings, json::parse(R"({"fast": true, "latent": 0})")), UsageError);
  EXPECT_FALSE(settings.fast);
}

TEST(Settings, HelpTellsDefaultsAndWhatIsAllowed) {
  const std::vector<SettingHelp> lines = table().help();
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_EQ(lines[1].name, "model.latent");
  EXPECT_EQ(lines[1].expected, "a whole number from 1 to 64");
  EXPECT_EQ(lines[1].default_value, "20");
  EXPECT_EQ(lines[1].help, "size");
  EXPECT_EQ(lines[7].expected, "a whole number of at least 0, or none");
  EXPECT_EQ(lines[7].default_value, "null");
}

TEST(Settings, MergeLaysOneTreeOverAnother) {
  json base = json::parse(R"({"model": {"name": "vae", "hidden": [1, 2]}, "seed": 1})");
  merge(base, json::parse(R"({"model": {"hidden": [3]}, "train": {"epochs": 2}, "seed": {}})"));
  EXPECT_EQ(base, json::parse(R"({"model": {"name": "vae", "hidden": [3]},
                                  "train": {"epochs": 2}, "seed": {}})"));
}

}  // namespace
}  // namespace elbo
