#include "elbo/io/toml.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using nlohmann::json;

std::string usage_error(const std::function<void()>& body) {
  try {
    body();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no UsageError";
}

TEST(Toml, BecomesJson) {
  const json document = parse_toml(
      "title = 'a'\n[model]\nhidden = [400, 200]\nrate = 1e-3\nfast = true\nday = 2024-02-29\n",
      "test");
  EXPECT_EQ(document, json::parse(R"({"title": "a", "model": {"hidden": [400, 200], "rate": 0.001,
                                      "fast": true, "day": "2024-02-29"}})"));
  EXPECT_TRUE(document["model"]["hidden"][0].is_number_integer());
}

TEST(Toml, ErrorSaysFileLineAndColumn) {
  const TemporaryFolder folder;
  const std::string path = (folder / "wrong.toml").string();
  write_text_file(path, "[model]\nlatent = = 3\n");
  const std::string message = usage_error([&] { read_toml_file(path); });
  EXPECT_TRUE(message.starts_with(path + ":2:10: ")) << message;
  EXPECT_THROW(read_toml_file(folder / "missing.toml"), FileError);
}

TEST(Toml, ValuesOfTheCommandLine) {
  EXPECT_EQ(parse_toml_value("400"), json(400));
  EXPECT_EQ(parse_toml_value(" [400, 200] "), json({400, 200}));
  EXPECT_EQ(parse_toml_value("0.5"), json(0.5));
  EXPECT_EQ(parse_toml_value("true"), json(true));
  EXPECT_EQ(parse_toml_value("\"two words\""), json("two words"));
  EXPECT_EQ(parse_toml_value("fashion-mnist:test"), json("fashion-mnist:test"));
  EXPECT_EQ(parse_toml_value("./x_1/y.npy"), json("./x_1/y.npy"));
}

TEST(Toml, NumbersMayBeginWithThePoint) {
  EXPECT_EQ(parse_toml_value(".5"), 0.5);
  EXPECT_EQ(parse_toml_value("-.25"), -0.25);
  EXPECT_EQ(parse_toml_value(".cache"), ".cache");
  EXPECT_THROW(parse_toml_value("+-.5"), UsageError);
}

TEST(Toml, RejectsWhatIsNoValue) {
  for (const char* text : {"", "  ", "[1, 2", "0.5x", "two words", "1\nother = 2", "'open"}) {
    EXPECT_THROW(parse_toml_value(text), UsageError) << text;
  }
}

TEST(Overrides, SetOneEntry) {
  json tables = {{"model", {{"latent", 20}, {"name", "vae"}}}};
  apply_override(tables, "model.latent=32");
  apply_override(tables, "train.rate = 0.1");
  apply_override(tables, "train.note=\"a=b\"");
  EXPECT_EQ(tables, json::parse(R"({"model": {"latent": 32, "name": "vae"},
                                    "train": {"rate": 0.1, "note": "a=b"}})"));
}

TEST(Overrides, SayWhatIsWrong) {
  json tables = {{"description", "text"}};
  for (const char* text : {"latent=3", "model.latent", ".x=1", "model.=1", "a.b.c=1", "", "="}) {
    EXPECT_EQ(usage_error([&] { apply_override(tables, text); }),
              "'" + std::string(text) + "': expected table.key=value, such as model.latent=20");
  }
  EXPECT_EQ(usage_error([&] { apply_override(tables, "model.latent=3x"); }),
            "model.latent: '3x' is no value; write 400, 0.5, true, [400, 200] or \"text\"");
  EXPECT_EQ(usage_error([&] { apply_override(tables, "description.x=1"); }),
            "description.x: 'description' is no table of settings");
  EXPECT_EQ(tables, json::parse(R"({"description": "text"})"));
}

}  // namespace
}  // namespace elbo
