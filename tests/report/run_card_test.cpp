#include "elbo/report/run_card.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "elbo/base/error.h"

namespace elbo {
namespace {

using nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(RunCard, TellsModelNumbersAndUse) {
  const json config = {{"preset", "vae-32"},
                       {"data_spec", "mnist"},
                       {"data", {{"validation", 0.1}}},
                       {"model", {{"name", "vae"}, {"latent", 32}, {"likelihood", "bernoulli"}}},
                       {"train", {{"learning_rate", 0.001}, {"seed", 7}}}};
  const json metrics = {{"epoch", 14},
                        {"seconds", 12.1},
                        {"train", {{"elbo_nats", -97.25}}},
                        {"validation", {{"elbo_nats", -98.5}, {"kl_nats", 25.0}}}};
  const std::string card = model_card(config, metrics);
  EXPECT_TRUE(card.starts_with("# vae-32\n\nA variational autoencoder of MNIST with 32 latent"));
  EXPECT_TRUE(has(card, "| ELBO, nats | −97.25 | −98.50 |"));
  EXPECT_TRUE(has(card, "| KL term, nats | – | 25.00 |"));
  EXPECT_TRUE(has(card, "elbo evaluate RUN mnist"));
  EXPECT_TRUE(has(card, "elbo anomaly calibrate RUN HELD_OUT"));
  EXPECT_FALSE(has(card, "--label"));
  EXPECT_FALSE(has(card, "elbo generate"));
  EXPECT_TRUE(has(card, "- random seed: 7"));
  EXPECT_TRUE(has(card, "| train.learning\\_rate | 0.001 |"));
  EXPECT_TRUE(has(card, "## What it can't do"));
}

TEST(RunCard, CommandsAreForTheModelAndItsData) {
  const std::string card = model_card(
      {{"model", {{"name", "conditional_vae"}}}, {"shape", {{"height", 28}, {"width", 28}}}},
      json::object());
  EXPECT_TRUE(has(card, "elbo decode RUN codes.npy --out x.npy --label CLASS "));
  EXPECT_TRUE(has(card, "elbo generate RUN --out samples --count 64 "));
}

TEST(RunCard, WorksWithNothingAndWithFlatNumbers) {
  EXPECT_TRUE(has(model_card(json::object(), json::object()), "No numbers were recorded."));
  EXPECT_TRUE(has(model_card(json::object(), {{"mse", 0.00651}}),
                  "| mean squared error, pixels in [0, 1] | 0.006510 |"));
}

TEST(RunCard, TextCanLeaveNeitherTableNorCommand) {
  const json config = {{"data_spec", "npy:x'; rm -rf ~\n```\n.npy"},
                       {"model", {{"name", "<b>|a\n# b"}}}};
  const std::string card = model_card(config, json::object());
  EXPECT_FALSE(has(card, "<b>"));
  EXPECT_FALSE(has(card, "\n# b"));
  EXPECT_FALSE(has(card, "\n```\n.npy"));
  EXPECT_TRUE(has(card, "elbo evaluate RUN 'npy:x'\\''; rm -rf ~"));
}

TEST(RunCard, SaysWhichEntryHasTheWrongType) {
  try {
    model_card({{"model", {{"latent", "many"}}}}, json::object());
    FAIL() << "expected a FileError";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "config.json: /model/latent: expected a number, found string");
  }
}

}  // namespace
}  // namespace elbo
