// Checkpoints: round trip, damage, and files that are something else.
#include "elbo/train/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/interrupt.h"
#include "elbo/io/safetensors.h"
#include "elbo/train/run_folder.h"
#include "tests/temporary_folder.h"
#include "tests/train/tiny.h"

namespace elbo {
namespace {

namespace fs = std::filesystem;
using Floats = std::vector<float>;

class Checkpoint : public ::testing::Test {
 protected:
  void write(float value, int step) {
    Floats parameters(40, value), moments(40, -value);
    write_checkpoint(folder.path(), {{"parameters", parameters}, {"moment1", moments}},
                     {{"step", step}});
  }
  nlohmann::json read() {
    return read_checkpoint(folder.path(), {{"parameters", parameters}, {"moment1", moments}});
  }
  void cut(const std::string& name) {
    const fs::path path = folder / name;
    fs::resize_file(path, fs::file_size(path) / 2);
  }

  const TemporaryFolder folder{memory_folder()};
  Floats parameters = Floats(40), moments = Floats(40);
};

TEST_F(Checkpoint, NoneIsNull) {
  EXPECT_TRUE(read().is_null());
  EXPECT_EQ(parameters, Floats(40));
}

TEST_F(Checkpoint, TheNewestIsReadAndTheOneBeforeKept) {
  write(1, 10);
  write(2, 20);
  EXPECT_EQ(read()["step"], 20);
  EXPECT_EQ(parameters, Floats(40, 2));
  EXPECT_EQ(moments, Floats(40, -2));
  fs::remove(folder / "last.safetensors");
  EXPECT_EQ(read()["step"], 10);
  EXPECT_EQ(parameters, Floats(40, 1));
}

TEST_F(Checkpoint, ADamagedOneIsNamedAndThePreviousUsed) {
  write(1, 10);
  write(2, 20);
  cut("last.safetensors");
  ::testing::internal::CaptureStderr();
  const nlohmann::json progress = read();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(progress["step"], 10);
  EXPECT_EQ(parameters, Floats(40, 1));
  EXPECT_NE(log.find((folder / "last.safetensors").string()), std::string::npos) << log;
  EXPECT_NE(log.find("looking for the checkpoint before it"), std::string::npos) << log;
}

TEST_F(Checkpoint, WhenNoneIsWholeNothingBeginsAnewUnasked) {
  write(1, 10);
  write(2, 20);
  cut("last.safetensors");
  write_text_file(folder / "previous.safetensors", "");
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(read(), FileError);
  fs::remove(folder / "last.safetensors");
  EXPECT_THROW(read(), FileError);
  ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(parameters, Floats(40));
}

TEST_F(Checkpoint, AnotherModelIsRefused) {
  write(1, 10);
  Floats larger(48);
  EXPECT_THROW(read_checkpoint(folder.path(), {{"parameters", larger}}), UsageError);
  EXPECT_THROW(read_checkpoint(folder.path(), {{"parameters", parameters}, {"average", moments}}),
               UsageError);
  EXPECT_EQ(parameters, Floats(40));
}

TEST_F(Checkpoint, ANewOneAfterDamageDoesNotLoseTheGoodOne) {
  write(1, 10);
  write(2, 20);
  cut("last.safetensors");
  // The next one can't be written; what can be read is still there.
  fs::create_directory(folder / "next.safetensors");
  EXPECT_THROW(write(3, 30), FileError);
  EXPECT_EQ(read()["step"], 10);
  fs::remove(folder / "next.safetensors");
  write(3, 30);
  EXPECT_EQ(read()["step"], 30);
}

TEST_F(Checkpoint, OneThatIsNotYetInItsPlaceCounts) {
  write(1, 10);
  write(2, 20);
  fs::rename(folder / "last.safetensors", folder / "next.safetensors");
  EXPECT_EQ(read()["step"], 20);
}

/// A trainer meets what a checkpoint of a stranger may say.
class HostileCheckpoint : public ::testing::Test {
 protected:
  void SetUp() override {
    RunConfig config = testing::tiny_config();
    train_run(config, data, {.folder = folder / "run", .callbacks = {}});
    file = read_safetensors(last());
  }
  fs::path last() const { return RunPaths(folder / "run").checkpoints() / "last.safetensors"; }
  nlohmann::json progress() const { return nlohmann::json::parse(file.metadata.at("progress")); }

  /// Resumes from checkpoints that all say this.
  void resume(const std::string& progress) {
    SafeTensors changed = file;
    changed.metadata["progress"] = progress;
    write_safetensors(last(), changed);
    fs::copy_file(last(), last().parent_path() / "previous.safetensors",
                  fs::copy_options::overwrite_existing);
    RunConfig config = testing::tiny_config();
    ::testing::internal::CaptureStderr();
    try {
      train_run(config, data, {.folder = folder / "run", .resume = true, .callbacks = {}});
    } catch (...) {
      ::testing::internal::GetCapturedStderr();
      throw;
    }
    ::testing::internal::GetCapturedStderr();
  }

  const TemporaryFolder folder{memory_folder()};
  const Dataset data = testing::tiny_images(60);
  SafeTensors file;
};

TEST_F(HostileCheckpoint, MissingEntriesAreAFileError) {
  const nlohmann::json whole = progress();
  for (const auto& [key, value] : whole.items()) {
    if (key == "identity") continue;
    nlohmann::json changed = whole;
    changed.erase(key);
    EXPECT_THROW(resume(changed.dump()), FileError) << key;
    changed[key] = "a text";
    EXPECT_THROW(resume(changed.dump()), FileError) << key;
  }
}

TEST_F(HostileCheckpoint, StepsOutOfRangeAreAFileError) {
  for (const auto& [key, value] : {std::pair{"step", -5},
                                   {"step", 7},
                                   {"epoch", -1},
                                   {"epoch", 2000000000},
                                   {"best_epoch", -3}}) {
    nlohmann::json changed = progress();
    changed[key] = value;
    EXPECT_THROW(resume(changed.dump()), FileError) << key << " = " << value;
  }
  nlohmann::json changed = progress();
  changed["train_sums"]["sums"].push_back({"another", 1.0});
  EXPECT_THROW(resume(changed.dump()), FileError);
}

TEST_F(HostileCheckpoint, TheRealOneResumes) {
  EXPECT_NO_THROW(resume(progress().dump()));
}

}  // namespace
}  // namespace elbo
