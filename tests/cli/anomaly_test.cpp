// The verbs on anomalies as a user runs them: which scores are computed, what is written, what is
// refused.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "elbo/base/file.h"
#include "elbo/io/png.h"
#include "tests/cli/run_program.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using Words = std::vector<std::string>;
using nlohmann::json;

ProgramResult run(Words words) {
  words.insert(words.end(), {"--threads", "1", "--quiet"});
  return run_program(words);
}

std::vector<std::string> names_of(const json& scores) {
  std::vector<std::string> names;
  for (const json& score : scores) names.push_back(score["name"]);
  return names;
}

const Words kUsual = {"combined",
                      "complexity_corrected",
                      "kl",
                      "mahalanobis",
                      "negative_elbo",
                      "reconstruction_error",
                      "reconstruction_probability"};

class AnomalyVerbs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder();
    ASSERT_EQ(run({"train", "strokes?count=200&size=10", "--out", model(), "--set",
                   "model.hidden=[16]", "--set", "model.latent=2", "--set", "train.epochs=2"})
                  .errors,
              "");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::string model() { return *folder_ / "model"; }
  static std::string file(const std::string& name) { return *folder_ / name; }
  static void expect_error(const Words& words, int status, const std::string& message) {
    expect_one_line_error(run(words), status, message);
  }

 private:
  static TemporaryFolder* folder_;
};

TemporaryFolder* AnomalyVerbs::folder_ = nullptr;

const std::string kHeldOut = "strokes?count=150&size=10&seed=3";
const std::string kNew = "strokes?count=40&size=10&seed=4";
const std::string kOdd = "ising?count=40&size=10";

TEST_F(AnomalyVerbs, SlowScoresAreComputedWhenAskedFor) {
  const ProgramResult usual = run({"anomaly", "calibrate", model(), kHeldOut, "--json"});
  ASSERT_EQ(usual.status, 0) << usual.errors;
  Words names;
  const json thresholds = json::parse(usual.output)["thresholds"];
  for (const auto& [name, value] : thresholds.items()) names.push_back(name);
  EXPECT_EQ(names, kUsual);
  const Words evaluate = {"anomaly", "evaluate", model(), "--normal", kNew, "--anomalous", kOdd};
  const auto with = [&](const Words& more) {
    Words words = evaluate;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const json report = json::parse(run(with({"--json"})).output);
  EXPECT_EQ(names_of(report["results"][0]["scores"]), kUsual);
  for (const json& score : report["results"][0]["scores"]) {
    if (score["name"] != "combined") continue;
    EXPECT_GT(score["auroc"], 0.95);
  }
  expect_error(with({"--scores", "likelihood_regret"}), 2,
               "the calibration on strokes:train?count=150&seed=3&size=10 has no threshold for "
               "'likelihood_regret'; choose another score, or calibrate again with --scores "
               "likelihood_regret");

  const ProgramResult all = run({"anomaly", "calibrate", model(), kHeldOut, "--scores", "all",
                                 "--importance-samples", "3", "--regret-steps", "2", "--json"});
  ASSERT_EQ(all.status, 0) << all.errors;
  EXPECT_EQ(json::parse(all.output)["thresholds"].size(), 9U);
  EXPECT_EQ(names_of(json::parse(run(with({"--json"})).output)["results"][0]["scores"]), kUsual);
  const ProgramResult some = run(with({"--scores", "kl,likelihood_regret", "--json"}));
  ASSERT_EQ(some.status, 0) << some.errors;
  EXPECT_EQ(names_of(json::parse(some.output)["results"][0]["scores"]),
            (Words{"kl", "likelihood_regret"}));
  expect_error(with({"--scores", "likelihood_regrets"}), 2,
               "--scores: expected usual, all, or names of combined, complexity_corrected, "
               "importance_bound, kl, likelihood_regret, mahalanobis, negative_elbo, "
               "reconstruction_error, reconstruction_probability; found 'likelihood_regrets'; did "
               "you mean 'likelihood_regret'?");
}

TEST_F(AnomalyVerbs, CalibratesOnWhatTrainingHeldOut) {
  // The data of the run, which has a seed of its own.
  const auto train = [](const std::string& out, const std::string& spec, const Words& more) {
    Words words = {"train",          spec,     "--out", out, "--set", "model.hidden=[8]", "--set",
                   "train.epochs=1", "--seed", "5"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(run(words).errors, "");
  };
  train(file("own"), "strokes?count=200&size=10", {"--set", "data.validation=60"});
  const ProgramResult result =
      run({"anomaly", "calibrate", file("own"), "--false-alarm-rate", "0.05", "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const json found = json::parse(result.output);
  EXPECT_EQ(found["count"], 60);
  EXPECT_EQ(found["data"], "strokes:train?count=200&size=10, held out");
  EXPECT_EQ(names_of(json::parse(run({"anomaly", "evaluate", file("own"), "--normal", kNew,
                                      "--anomalous", kOdd, "--json"})
                                     .output)["results"][0]["scores"]),
            kUsual);

  train(file("all"), "strokes?count=100&size=10", {"--set", "data.validation=0"});
  expect_error({"anomaly", "calibrate", file("all")}, 2,
               "strokes:train?count=100&size=10: data.validation was 0, so training has seen all "
               "of it; give other normal data");
  std::string table = "a,b\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("{},{}\n", i % 7, i % 11);
  write_text_file(file("t.csv"), table);
  train(file("table"), "csv:" + file("t.csv"), {"--set", "model.likelihood=gaussian"});
  write_text_file(file("t.csv"), table + "1,2\n");
  expect_error({"anomaly", "calibrate", file("table")}, 2,
               "csv:" + file("t.csv") +
                   ": has changed since training, so that nobody knows which examples were held "
                   "out; give normal data that training has not seen");
}

TEST_F(AnomalyVerbs, ScoreWritesAColumnAScore) {
  ASSERT_EQ(run({"anomaly", "calibrate", model(), kHeldOut}).status, 0);
  const ProgramResult result =
      run({"anomaly", "score", model(), kOdd, "--out", file("s.csv"), "--scores", "kl", "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const json found = json::parse(result.output);
  EXPECT_EQ(found["score"], "combined");
  EXPECT_GT(found["anomalous"], 30);
  const std::string csv = read_text_file(file("s.csv"));
  EXPECT_TRUE(csv.starts_with("index,combined,kl,anomalous\n0,")) << csv;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 41);
}

TEST_F(AnomalyVerbs, CalibrationsOfEarlierVersionsStillJudge) {
  make_directory(model() + "/results");
  std::filesystem::remove(model() + "/results/calibration.safetensors");
  write_text_file(model() + "/results/calibration.json", R"({"count": 100, "data": "old",
    "false_alarm_rate": 0.01, "seed": 1, "reconstruction_error_mean": 0.01,
    "reconstruction_error_standard_deviation": 0.002, "thresholds": {"negative_elbo": 0,
    "reconstruction_error": 0.02, "reconstruction_probability": 100}})");
  const ProgramResult result =
      run({"anomaly", "score", model(), kNew, "--out", file("old.csv"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(json::parse(result.output)["threshold"], 0.0);
  EXPECT_TRUE(
      read_text_file(file("old.csv"))
          .starts_with("index,negative_elbo,reconstruction_error,reconstruction_probability,"));
  expect_error({"anomaly", "score", model(), kNew, "--out", file("no.csv"), "--score", "combined"},
               2,
               "the calibration on old has no threshold for 'combined'; choose another score, or "
               "calibrate again with --scores combined");
}

TEST_F(AnomalyVerbs, ScoresOfPicturesSayWhichFile) {
  ASSERT_EQ(run({"anomaly", "calibrate", model(), kHeldOut}).status, 0);
  const std::vector<std::uint8_t> black(100, 0);
  for (const char* name : {"b.png", "a, or \"first\".png"}) {
    make_directory(file("parts/kind"));
    write_png(file(std::string("parts/kind/") + name), 10, 10, 1, black);
  }
  const ProgramResult result = run({"anomaly", "score", model(), "images:" + file("parts"), "--out",
                                    file("parts.csv"), "--scores", "kl", "--score", "kl"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const std::string csv = read_text_file(file("parts.csv"));
  EXPECT_TRUE(csv.starts_with("index,file,kl,anomalous\n0,\"kind/a, or \"\"first\"\".png\","))
      << csv;
  EXPECT_NE(csv.find("\n1,kind/b.png,"), std::string::npos) << csv;
}

Words one_class(const std::string& spec, const std::string& out, const Words& more = {}) {
  Words words = {"anomaly",
                 "one-class",
                 spec,
                 "--out",
                 out,
                 "--set",
                 "model.hidden=[8]",
                 "--set",
                 "model.latent=2",
                 "--set",
                 "data.validation=10",
                 "--set",
                 "train.batch_size=10",
                 "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(AnomalyVerbs, OneClassJudgesEachClassAgainstTheOthers) {
  const ProgramResult result =
      run(one_class("strokes?count=400&size=8", file("classes"), {"--set", "train.epochs=3"}));
  ASSERT_EQ(result.status, 0) << result.errors;
  const json report = json::parse(result.output);
  ASSERT_EQ(report["classes"].size(), 10U);
  EXPECT_EQ(names_of(report["scores"]), kUsual);
  double sum = 0;
  for (const json& each : report["classes"]) {
    sum += each["auroc"].get<double>();
    EXPECT_EQ(names_of(each["scores"]), kUsual);
    EXPECT_TRUE(
        std::filesystem::exists(file("classes/" + each["run"].get<std::string>() + "/README.md")));
  }
  EXPECT_NEAR(report["auroc"].get<double>(), sum / 10, 1e-12);
  EXPECT_GT(report["auroc"].get<double>(), 0.6);
  const json written = json::parse(read_text_file(file("classes/results/one_class.json")));
  EXPECT_EQ(written["classes"], report["classes"]);
  EXPECT_TRUE(std::filesystem::exists(file("classes/report.html")));
}

TEST_F(AnomalyVerbs, OneClassGoesOnWhereItStopped) {
  const auto words = [](const std::string& out) {
    return one_class("strokes?count=400&size=8", out,
                     {"--set", "train.epochs=60", "--set", "train.checkpoint_seconds=0",
                      "--threads", "1", "--quiet"});
  };
  {
    BackgroundProgram program(words(file("stopped")));
    // Somewhere inside of the third class.
    const std::string third = file("stopped/models/class-2/metrics.jsonl");
    for (int i = 0; i < 4000 && !std::filesystem::exists(third); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    program.send(SIGINT);
    const ProgramResult result = program.wait();
    EXPECT_EQ(result.status, 130);
    EXPECT_TRUE(result.errors.starts_with("elbo: interrupted")) << result.errors;
    EXPECT_FALSE(std::filesystem::exists(file("stopped/results/one_class.json")));
  }
  const ProgramResult rest = run_program(words(file("stopped")));
  ASSERT_EQ(rest.status, 0) << rest.errors;
  const ProgramResult whole = run_program(words(file("whole")));
  ASSERT_EQ(whole.status, 0) << whole.errors;
  EXPECT_EQ(read_text_file(file("stopped/results/one_class.json")),
            read_text_file(file("whole/results/one_class.json")));
}

TEST_F(AnomalyVerbs, OneClassSaysWhatItCannotUse) {
  expect_one_line_error(
      run(one_class("ising?count=50&size=8&temperature=2", file("no"))), 1,
      "ising:train?count=50&size=8&temperature=2: has no labels; one-class detection needs "
      "classes, one of which is normal at a time");
  expect_one_line_error(
      run(one_class("strokes?count=30&size=8", file("no"))), 1,
      "strokes:train?count=30&size=8: class '0' has 3 examples, of which data.validation = 10 "
      "holds out 10; scores are calibrated on at least 10, and some must be left to train on: "
      "give more examples or set data.validation");
  write_text_file(file("one.csv"), "a,b,c\n1,2,x\n2,3,x\n3,4,x\n");
  expect_one_line_error(
      run(one_class("csv:" + file("one.csv") + "?target=c", file("no"))), 2,
      "csv:" + file("one.csv") + "?target=c: there is no test part beside it; add --test SPEC");
  const std::string one = "csv:" + file("one.csv") + "?target=c";
  expect_one_line_error(
      run(one_class(one, file("no"), {"--test", one})), 1,
      one +
          ": has 1 class; one-class detection needs at least two, the others are the "
          "anomalies");
  expect_one_line_error(
      run(one_class("strokes?count=400&size=8", file("no"),
                    {"--set", "model.name=conditional_vae"})),
      2,
      "model.name = \"conditional_vae\": a model of one class has no classes to be told of; use "
      "\"vae\"");
  EXPECT_FALSE(std::filesystem::exists(file("no")));
}

}  // namespace
}  // namespace elbo
