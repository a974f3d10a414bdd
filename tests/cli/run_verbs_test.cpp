// What training leaves in a run folder, and the verbs that read one: info, encode, decode. All on
// runs of a few milliseconds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "elbo/base/file.h"
#include "elbo/io/npy.h"
#include "tests/cli/run_program.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using Words = std::vector<std::string>;

const char* const kData = "strokes?count=60&size=12";

ProgramResult train(const std::string& run, const Words& more = {}) {
  Words words = {
      "train", kData,   "--out",          run,     "--threads",        "1", "--quiet", "--seed",
      "7",     "--set", "model.latent=3", "--set", "model.hidden=[16]"};
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words);
}

std::vector<std::filesystem::path> event_files(const std::filesystem::path& run) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) {
      files.push_back(entry.path());
    }
  }
  return files;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class RunVerbs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder();
    ASSERT_EQ(train(plain(), {"--set", "train.epochs=2"}).errors, "");
    ASSERT_EQ(
        train(conditional(), {"--set", "train.epochs=1", "--set", "model.name=conditional_vae"})
            .errors,
        "");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string plain() { return *folder_ / "plain"; }
  static std::string conditional() { return *folder_ / "conditional"; }
  static std::string file(const std::string& name) { return *folder_ / name; }
  static ProgramResult run(Words words) {
    words.insert(words.end(), {"--threads", "1"});
    return run_program(words);
  }
  static void expect_error(const Words& words, int status, const std::string& message) {
    expect_one_line_error(run(words), status, message);
  }

 private:
  static TemporaryFolder* folder_;
};

TemporaryFolder* RunVerbs::folder_ = nullptr;

TEST_F(RunVerbs, TrainingLeavesAModelCard) {
  const std::string card = read_text_file(plain() + "/README.md");
  for (const char* line : {"# vae\n", "- data: strokes:train?count=60&size=12\n", "- epochs: 2\n",
                           "- random seed: 7\n", "- version: 0.", "| ELBO, nats | "}) {
    EXPECT_TRUE(has(card, line)) << line << "\n" << card;
  }
  // 144-16-(3, 3)-16-144 with biases.
  EXPECT_TRUE(has(card, "- parameters: 4,934\n")) << card;
}

TEST_F(RunVerbs, AResumedRunBeginsAnotherEventFile) {
  const std::string run = file("resumed");
  ASSERT_EQ(train(run, {"--set", "train.epochs=1"}).status, 0);
  const auto first = event_files(run);
  ASSERT_EQ(first.size(), 1U);
  const std::string before = read_text_file(first[0]);
  EXPECT_TRUE(has(before, "brain.Event:2"));
  for (const char* tag : {"train/elbo_nats", "train/kl_nats", "validation/elbo_nats",
                          "learning_rate", "examples_per_second"}) {
    EXPECT_TRUE(has(before, tag)) << tag;
  }
  ASSERT_EQ(train(run, {"--set", "train.epochs=2", "--resume"}).status, 0);
  EXPECT_EQ(event_files(run).size(), 2U);
  EXPECT_EQ(read_text_file(first[0]), before);
  EXPECT_TRUE(has(read_text_file(run + "/README.md"), "- epochs: 2\n"));
}

TEST_F(RunVerbs, AResumedRunKeepsItsOwnSettings) {
  const std::string run = file("own_settings");
  ASSERT_EQ(train(run, {"--set", "train.epochs=1", "--set", "objective.beta=4", "--set",
                        "train.learning_rate=2e-3"})
                .status,
            0);
  const Words again = {"train", kData,   "--out",          run,        "--threads",
                       "1",     "--set", "train.epochs=2", "--resume", "--quiet"};
  ASSERT_EQ(run_program(again).status, 0);
  const auto config = nlohmann::json::parse(read_text_file(run + "/config.json"));
  EXPECT_EQ(config["objective"]["beta"], 4.0);
  EXPECT_EQ(config["train"]["learning_rate"], 2e-3);
  EXPECT_EQ(config["train"]["epochs"], 2);
  EXPECT_EQ(config["train"]["seed"], 7);
  EXPECT_EQ(run_program({"train", "--resume", "--out", run, "--set", "train.epochs=3"}).status, 0);
  const auto longer = nlohmann::json::parse(read_text_file(run + "/config.json"));
  EXPECT_EQ(longer["train"]["epochs"], 3);
  EXPECT_EQ(longer["data_spec"], config["data_spec"]);
  Words other = again;
  other.insert(other.end(), {"--set", "objective.beta=1"});
  const ProgramResult refused = run_program(other);
  EXPECT_EQ(refused.status, 2);
  EXPECT_TRUE(has(refused.errors, "objective.beta = 4.0, not 1.0")) << refused.errors;
}

TEST_F(RunVerbs, EncodeWritesMeansAndLogVariances) {
  const ProgramResult result = run({"encode", plain(), "strokes?count=9&size=12", "--out",
                                    file("z.npy"), "--log-variance", file("v.npy"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object["count"], 9);
  EXPECT_EQ(object["latent"], 3);
  const Array means = read_npy(file("z.npy")), log_variances = read_npy(file("v.npy"));
  EXPECT_EQ(means.dtype(), DType::f32);
  EXPECT_EQ(means.extents(), (Extents{9, 3}));
  EXPECT_EQ(log_variances.extents(), (Extents{9, 3}));
  EXPECT_NE(means.values<float>()[0], means.values<float>()[3]);
  for (const float value : log_variances.values<float>()) EXPECT_LE(std::abs(value), 14.0F);
  expect_error({"encode", plain(), "strokes?count=9&size=10", "--out", file("no.npy")}, 1,
               "strokes:train?count=9&size=10: examples are 10 x 10 x 1, the model was trained on "
               "12 x 12 x 1; give data of that shape");
  expect_error(
      {"encode", plain(), "strokes?count=9&size=12", "--out", file("no.npy"), "--log-variance",
       file("./no.npy")},
      2, "--out and --log-variance: expected two files, found " + file("no.npy") + " for both");
  EXPECT_FALSE(std::filesystem::exists(file("no.npy")));
}

TEST_F(RunVerbs, DecodeWritesImages) {
  const Array codes = Array::from(std::vector<double>{0, 0, 0, 1, -1, 2}, {2, 3});
  write_npy(file("codes.npy"), codes);
  const ProgramResult result =
      run({"decode", plain(), file("codes.npy"), "--out", file("x.npy"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(nlohmann::json::parse(result.output)["shape"], (Extents{2, 12, 12, 1}));
  const Array images = read_npy(file("x.npy"));
  EXPECT_EQ(images.dtype(), DType::f32);
  EXPECT_EQ(images.extents(), (Extents{2, 12, 12, 1}));
  for (const float pixel : images.values<float>()) {
    EXPECT_GE(pixel, 0.0F);
    EXPECT_LE(pixel, 1.0F);
  }
  expect_error({"decode", plain(), file("x.npy"), "--out", file("no.npy")}, 1,
               file("x.npy") +
                   ": expected codes of shape (count, 3), as 'elbo encode' writes; found (2, 12, "
                   "12, 1)");
  write_npy(file("wild.npy"), Array::from(std::vector<double>{0, 0, 0, 0, 1e300, 0}, {2, 3}));
  expect_error({"decode", plain(), file("wild.npy"), "--out", file("no.npy")}, 1,
               file("wild.npy") + ": row 1, column 1 is inf; expected finite numbers");
  expect_error({"decode", plain(), file("codes.npy"), "--out", file("no.npy"), "--label", "1"}, 2,
               plain() + ": the model has no classes; leave out --label");
}

TEST_F(RunVerbs, DecodeOfAConditionalModelNeedsALabel) {
  write_npy(file("codes.npy"), Array::from(std::vector<float>{0, 0, 0}, {1, 3}));
  const auto decode = [&](const std::string& label) {
    const std::string out = file("label" + label + ".npy");
    EXPECT_EQ(
        run({"decode", conditional(), file("codes.npy"), "--out", out, "--label", label}).status,
        0);
    const Array images = read_npy(out);
    return std::vector<float>(images.values<float>().begin(), images.values<float>().end());
  };
  EXPECT_NE(decode("1"), decode("8"));
  expect_error({"decode", conditional(), file("codes.npy"), "--out", file("no.npy")}, 2,
               conditional() + ": the model is conditional; add --label C");
  expect_error(
      {"decode", conditional(), file("codes.npy"), "--out", file("no.npy"), "--label", "10"}, 2,
      "--label: expected a class, 0 to 9 or one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; found "
      "'10'");
}

TEST_F(RunVerbs, EvaluateSplitsTheKl) {
  const ProgramResult result = run({"evaluate", plain(), "strokes?count=50&size=12", "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object["aggregate_examples"], 50);
  EXPECT_NEAR(
      object["mutual_information_nats"].get<double>() + object["aggregate_kl_nats"].get<double>(),
      object["kl_nats"].get<double>(), 1e-4);
  EXPECT_FALSE(object.contains("bits_per_dim"));
}

TEST_F(RunVerbs, EvaluateGivesBitsADimensionForMassesOfBytes) {
  const std::string run_folder = file("bytes");
  ASSERT_EQ(train(run_folder,
                  {"--set", "train.epochs=1", "--set", "model.likelihood=discretized_logistic"})
                .errors,
            "");
  const ProgramResult result =
      run({"evaluate", run_folder, "strokes?count=20&size=12", "--samples", "3", "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto object = nlohmann::json::parse(result.output);
  const double dimensions = 144 * std::log(2.0);
  EXPECT_NEAR(object["bits_per_dim"].get<double>(), -object["elbo_nats"].get<double>() / dimensions,
              1e-9);
  EXPECT_NEAR(object["nll_bits_per_dim"].get<double>(),
              object["nll_nats"].get<double>() / dimensions, 1e-9);
}

TEST_F(RunVerbs, ReconstructGivesTheSimilarity) {
  const ProgramResult result =
      run({"reconstruct", plain(), "strokes?count=20&size=12", "--out", file("rebuilt"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const double ssim = nlohmann::json::parse(result.output)["ssim"].get<double>();
  EXPECT_GT(ssim, -1);
  EXPECT_LT(ssim, 1);
}

TEST_F(RunVerbs, InfoTellsModelSettingsAndNumbers) {
  const ProgramResult result = run({"info", plain(), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto object = nlohmann::json::parse(result.output);
  EXPECT_EQ(object["parameters"], 4934);
  EXPECT_EQ(object["finished"], true);
  EXPECT_EQ(object["epochs"], 2);
  EXPECT_EQ(object["config"]["model"]["latent"], 3);
  EXPECT_EQ(object["last"]["epoch"], 2);
  EXPECT_TRUE(object["kept"]["validation"]["elbo_nats"].is_number());
  EXPECT_FALSE(object.contains("plan"));
  const std::string page = run({"info", plain()}).output;
  for (const char* line : {"parameters  4934\n", "epochs      2 of 2\n", "encoder.dense1.weight",
                           "objective.beta ", "finished    yes\n"}) {
    EXPECT_TRUE(has(page, line)) << line << "\n" << page;
  }
}

TEST_F(RunVerbs, InfoListsTheKernelsOfThePlans) {
  const auto object = nlohmann::json::parse(
      run({"info", conditional(), "--plan", "--batch", "8", "--json"}).output);
  EXPECT_EQ(object["batch_size"], 8);
  const auto& training = object["plan"]["training"];
  const auto& encoding = object["plan"]["encoding"];
  EXPECT_GT(training["kernels"].size(), encoding["kernels"].size());
  EXPECT_GT(training["flops"], encoding["flops"]);
  // (8, 144) x (144, 16), (8, 10) x (10, 16), (8, 16) x (16, 6): two operations a product, and
  // whatever else a kernel says of its epilogue.
  double products = 0;
  for (const auto& kernel : encoding["kernels"]) {
    if (kernel["name"] == "matmul") products += kernel["flops"].get<double>();
  }
  EXPECT_EQ(products, 2.0 * 8 * (144 * 16 + 10 * 16 + 16 * 6));
  EXPECT_TRUE(
      has(run({"info", plain(), "--plan"}).output, "Plan for a training step on a batch of"));
}

TEST_F(RunVerbs, InfoOfAnUnfinishedRun) {
  const std::string run_folder = file("unfinished");
  std::filesystem::create_directory(run_folder);
  std::filesystem::copy_file(plain() + "/config.json", run_folder + "/config.json");
  const auto object = nlohmann::json::parse(run({"info", run_folder, "--json"}).output);
  EXPECT_EQ(object["finished"], false);
  EXPECT_EQ(object["epochs"], 0);
  EXPECT_FALSE(object.contains("last"));
  expect_error(
      {"info", file("nowhere")}, 1,
      file("nowhere") + ": there is no such run folder; 'elbo train SPEC --out RUN' makes one");
}

TEST_F(RunVerbs, InfoCallsNoDamagedModelFinished) {
  const std::string run_folder = file("garbage");
  std::filesystem::create_directory(run_folder);
  std::filesystem::copy_file(plain() + "/config.json", run_folder + "/config.json");
  write_text_file(run_folder + "/model.safetensors", std::string(30000, 'x'));
  const ProgramResult result = run({"info", run_folder});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(has(result.errors, run_folder + "/model.safetensors: ")) << result.errors;
  EXPECT_EQ(result.output, "");
}

TEST_F(RunVerbs, TablesHaveNoPeakSignal) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("{},{}\n", i % 7 - 3, i % 5);
  write_text_file(file("table.csv"), text);
  ASSERT_EQ(run({"train", "csv:" + file("table.csv"), "--out", file("table"), "--quiet", "--set",
                 "train.epochs=1", "--set", "model.hidden=[8]", "--set", "model.latent=2", "--set",
                 "model.likelihood=gaussian"})
                .errors,
            "");
  const ProgramResult result =
      run({"evaluate", file("table"), "csv:" + file("table.csv"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_FALSE(nlohmann::json::parse(result.output).contains("psnr_db"));
  EXPECT_FALSE(has(read_text_file(file("table") + "/README.md"), "elbo generate"));
}

TEST_F(RunVerbs, GenerateKnowsClassesByTheirNames) {
  ASSERT_EQ(run({"generate", conditional(), "--label", "3", "--count", "2", "--out", file("three")})
                .status,
            0);
  const ProgramResult wrong =
      run({"generate", conditional(), "--label", "three", "--out", file("none")});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(has(wrong.errors, "expected a class, 0 to 9 or one of 0, 1, 2,")) << wrong.errors;
  EXPECT_FALSE(std::filesystem::exists(file("none")));
}

TEST_F(RunVerbs, GenerateMakesNoMoreThanAPageHolds) {
  expect_error({"generate", plain(), "--count", "1000000", "--out", file("many")}, 2,
               "--count: a page has room for 466033 images of 12 x 12 x 1, 1000000 were asked for; "
               "'elbo decode' makes any number");
  EXPECT_FALSE(std::filesystem::exists(file("many")));
}

TEST_F(RunVerbs, AConditionalModelKnowsClassesByTheirNames) {
  // Alone, class c3 would be number 0.
  const auto write = [&](const std::string& name, const std::vector<int>& classes) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      for (int column = 0; column < 4; ++column) {
        text += std::to_string(((i * 7 + column * 3) % 10) / 10.0) + ",";
      }
      text += "c" + std::to_string(classes[static_cast<std::size_t>(i) % classes.size()]) + "\n";
    }
    write_text_file(file(name), text);
    return "csv:" + file(name) + "?target=5";
  };
  const std::string all = write("all.csv", {1, 2, 3, 4}), some = write("some.csv", {3});
  const std::string strange = write("strange.csv", {5});
  ASSERT_EQ(run_program({"train", all, "--out", file("names"), "--threads", "1", "--quiet", "--set",
                         "model.name=conditional_vae", "--set", "train.epochs=1", "--set",
                         "model.likelihood=gaussian"})
                .status,
            0);
  EXPECT_EQ(run({"evaluate", file("names"), some}).status, 0);
  const ProgramResult refused = run({"evaluate", file("names"), strange});
  EXPECT_EQ(refused.status, 2);
  EXPECT_TRUE(has(refused.errors, "the model does not know the class 'c5', only c1, c2, c3, c4"))
      << refused.errors;
}

}  // namespace
}  // namespace elbo
