// A person's own tables: what may change between training and use, and what must not.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "elbo/base/file.h"
#include "tests/cli/run_program.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using Words = std::vector<std::string>;

ProgramResult run(Words words) {
  words.insert(words.end(), {"--threads", "1", "--quiet"});
  return run_program(words);
}

/// Numbers in [0, 1] with columns a, b, c, in the order of `header`.
std::string table(const std::string& header, double scale = 1) {
  std::string text;
  for (const char column : header)
    text += text.empty() ? std::string(1, column) : fmt::format(",{}", column);
  text += "\n";
  for (int i = 0; i < 40; ++i) {
    std::string line;
    for (const char column : header) {
      const double value = (i * (column - 'a' + 3) % 11) / 11.0;
      line += fmt::format("{}{:.4f}", line.empty() ? "" : ",", scale * value);
    }
    text += line + "\n";
  }
  return text;
}

class OwnData : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text_file(file("t.csv"), table("abc"));
    ASSERT_EQ(train(spec("t.csv")).errors, "");
  }

  std::string file(const std::string& name) const { return folder_ / name; }
  std::string spec(const std::string& name) const { return "csv:" + file(name); }
  std::string model() const { return file("run"); }
  ProgramResult train(const std::string& data, const Words& more = {}) const {
    Words words = {"train", data,
                   "--out", model(),
                   "--set", "train.epochs=1",
                   "--set", "model.hidden=[8]",
                   "--set", "model.latent=2"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  /// The ELBO of the run on a table.
  double elbo(const std::string& data) const {
    const ProgramResult result = run({"evaluate", model(), data, "--json"});
    EXPECT_EQ(result.status, 0) << result.errors;
    return nlohmann::json::parse(result.output)["elbo_nats"];
  }

 private:
  const TemporaryFolder folder_;
};

TEST_F(OwnData, ColumnsMayComeInAnotherOrder) {
  write_text_file(file("turned.csv"), table("cab"));
  EXPECT_EQ(elbo(spec("turned.csv")), elbo(spec("t.csv")));
  write_text_file(file("more.csv"), table("dcab"));
  EXPECT_EQ(elbo(spec("more.csv")), elbo(spec("t.csv")));
}

TEST_F(OwnData, AMissingColumnIsNamed) {
  write_text_file(file("other.csv"), table("abx"));
  const ProgramResult result = run({"evaluate", model(), spec("other.csv")});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("the model needs the column 'c'; the table has a, b, x"),
            std::string::npos)
      << result.errors;
}

TEST_F(OwnData, NumbersThatTheLikelihoodCannotDescribeAreRefused) {
  write_text_file(file("large.csv"), table("abc", 255));
  const ProgramResult result = run({"evaluate", model(), spec("large.csv")});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("describes numbers in [0, 1], but"), std::string::npos)
      << result.errors;
}

TEST_F(OwnData, MayMoveButNotChangeBeforeARunIsResumed) {
  const Words longer = {"--resume", "--set", "train.epochs=2"};
  std::filesystem::rename(file("t.csv"), file("moved.csv"));
  const ProgramResult lost =
      run({"train", "--resume", "--out", model(), "--set", "train.epochs=2"});
  EXPECT_EQ(lost.status, 1);
  EXPECT_NE(lost.errors.find("where they have moved, say so"), std::string::npos) << lost.errors;
  EXPECT_EQ(train(spec("moved.csv"), longer).errors, "");
  write_text_file(file("moved.csv"), table("abc", 0.5));
  expect_one_line_error(
      train(spec("moved.csv"), {"--resume", "--set", "train.epochs=3"}), 2,
      model() + "/config.json: the data " + spec("moved.csv") +
          " have changed since the run was begun; bring them back, or train anew into another "
          "--out");
}

TEST_F(OwnData, AreNotOverwrittenByWhatIsMadeFromThem) {
  const std::string before = read_text_file(file("t.csv"));
  ASSERT_EQ(
      run({"anomaly", "calibrate", model(), spec("t.csv"), "--false-alarm-rate", "0.1"}).status, 0);
  expect_one_line_error(run({"anomaly", "score", model(), spec("t.csv"), "--out", file("t.csv")}),
                        2,
                        fmt::format("--out {}: that is a file of the data ({}); name another",
                                    file("t.csv"), spec("t.csv")));
  std::filesystem::create_symlink(file("t.csv"), file("link.npy"));
  EXPECT_EQ(run({"encode", model(), spec("t.csv"), "--out", file("link.npy")}).status, 2);
  EXPECT_EQ(read_text_file(file("t.csv")), before);
  ASSERT_EQ(run({"encode", model(), spec("t.csv"), "--out", file("z.npy")}).status, 0);
  EXPECT_EQ(run({"decode", model(), file("z.npy"), "--out", file("z.npy")}).status, 2);
}

TEST_F(OwnData, CalibratingOnTheTrainingDataIsTold) {
  const auto told = [&](const std::string& data) {
    const ProgramResult result =
        run({"anomaly", "calibrate", model(), data, "--false-alarm-rate", "0.1"});
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.errors;
  };
  EXPECT_NE(told(spec("t.csv")).find("is what the model was trained on"), std::string::npos);
  write_text_file(file("new.csv"), table("abc", 0.9));
  EXPECT_EQ(told(spec("new.csv")), "");
}

TEST_F(OwnData, WeightsThatAreNotFiniteAreDamage) {
  const std::string path = model() + "/model.safetensors";
  std::string bytes = read_text_file(path);
  std::fill(bytes.end() - 4, bytes.end(), '\xff');
  write_text_file(path, bytes);
  expect_one_line_error(run({"evaluate", model(), spec("t.csv")}), 1,
                        path + ": damaged: some weights are not finite; train the run anew");
}

}  // namespace
}  // namespace elbo
