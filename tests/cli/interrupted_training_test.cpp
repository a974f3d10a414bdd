// Training as a process that is ended at any moment: killed, it resumes to the weights of a run
// that was never touched; interrupted, it saves its state and says so.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "elbo/base/file.h"
#include "elbo/base/philox.h"
#include "tests/cli/run_program.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::vector<std::string> train_words(const std::filesystem::path& run, int epochs) {
  return {"train",
          "strokes?count=300&size=8",
          "--out",
          run.string(),
          "--quiet",
          "--threads",
          "1",
          "--set",
          "model.hidden=[8]",
          "--set",
          "model.latent=2",
          "--set",
          "train.batch_size=50",
          "--set",
          "train.checkpoint_seconds=0",
          "--set",
          "train.schedule=constant",
          "--set",
          "train.epochs=" + std::to_string(epochs)};
}

std::vector<std::string> resumed(std::vector<std::string> words) {
  words.push_back("--resume");
  return words;
}

/// Epochs that the run's log tells of so far.
std::int64_t epochs_logged(const std::filesystem::path& run) {
  const auto path = run / "metrics.jsonl";
  if (!std::filesystem::exists(path)) return 0;
  const std::string metrics = read_text_file(path);
  return std::count(metrics.begin(), metrics.end(), '\n');
}

TEST(InterruptedTraining, KilledAtAnyMomentItResumesToTheSameWeights) {
  const TemporaryFolder folder(memory_folder());
  // So many epochs that the run can't end before the last kill, however late each one lands.
  constexpr int kEpochs = 1500, kKills = 20;
  const ProgramResult whole = run_program(train_words(folder / "whole", kEpochs));
  ASSERT_EQ(whole.status, 0) << whole.errors;

  const auto words = resumed(train_words(folder / "killed", kEpochs));
  RandomSequence random(20);
  for (int kill = 0; kill < kKills; ++kill) {
    BackgroundProgram program(words);
    // Either while it starts, or once it has trained some epochs more.
    const std::int64_t epochs = kill % 4 == 0 ? 0 : 1 + random.next_below(12);
    const std::int64_t until = epochs_logged(folder / "killed") + epochs;
    const Clock::time_point start = Clock::now();
    while (epochs_logged(folder / "killed") < until && seconds_since(start) < 10) {
      sleep_seconds(0.0005);
    }
    sleep_seconds(random.next_uniform(0, epochs == 0 ? 0.03 : 0.004));
    program.send(SIGKILL);
    const ProgramResult result = program.wait();
    ASSERT_EQ(result.status, 128 + SIGKILL) << result.errors;
  }
  const ProgramResult last = run_program(words);
  ASSERT_EQ(last.status, 0) << last.errors;
  EXPECT_EQ(last.errors, "");
  for (const char* name : {"model.safetensors", "config.json"}) {
    EXPECT_EQ(read_file(folder / "killed" / name), read_file(folder / "whole" / name)) << name;
  }
  EXPECT_EQ(epochs_logged(folder / "killed"), kEpochs);
  EXPECT_EQ(run_program({"evaluate", (folder / "killed").string(), "strokes:test?count=50&size=8",
                         "--json", "--quiet"})
                .status,
            0);
}

TEST(InterruptedTraining, ControlCSavesItsState) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder(memory_folder());
    BackgroundProgram program(train_words(folder / "run", 1000000));
    const Clock::time_point start = Clock::now();
    while (epochs_logged(folder / "run") == 0 && seconds_since(start) < 30) {
      sleep_seconds(0.005);
    }
    program.send(signal);
    const ProgramResult result = program.wait();
    EXPECT_EQ(result.status, 130);
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(result.errors.starts_with("elbo: interrupted at epoch ")) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;

    const int epochs = static_cast<int>(epochs_logged(folder / "run")) + 2;
    const ProgramResult rest = run_program(resumed(train_words(folder / "run", epochs)));
    ASSERT_EQ(rest.status, 0) << rest.errors;
    ASSERT_EQ(run_program(train_words(folder / "whole", epochs)).status, 0);
    EXPECT_EQ(read_file(folder / "run" / "model.safetensors"),
              read_file(folder / "whole" / "model.safetensors"));
  }
}

TEST(InterruptedTraining, AFullDiskLosesNothingThatWasSaved) {
  const TemporaryFolder folder(memory_folder());
  // The weights and their moments take more than 8 KiB, settings and metrics less.
  const auto words = [&](const char* run, int epochs) {
    auto list = train_words(folder / run, epochs);
    list.insert(list.end(), {"--set", "model.hidden=[32]"});
    return list;
  };
  ASSERT_EQ(run_program(words("run", 2)).status, 0);
  const auto saved = read_file(folder / "run" / "model.safetensors");
  const ProgramResult full = run_program(resumed(words("run", 4)), OutputTo::little_space);
  EXPECT_EQ(full.status, 1);
  EXPECT_NE(full.errors.find("can't be written: File too large"), std::string::npos) << full.errors;
  EXPECT_EQ(std::count(full.errors.begin(), full.errors.end(), '\n'), 1) << full.errors;
  EXPECT_EQ(read_file(folder / "run" / "model.safetensors"), saved);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "run")) {
    EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << "left " << entry.path();
  }
  // With space again, it ends where an undisturbed run ends.
  ASSERT_EQ(run_program(resumed(words("run", 4))).status, 0);
  ASSERT_EQ(run_program(words("whole", 4)).status, 0);
  EXPECT_EQ(read_file(folder / "run" / "model.safetensors"),
            read_file(folder / "whole" / "model.safetensors"));
}

TEST(InterruptedTraining, ABegunRunIsNotOverwritten) {
  const TemporaryFolder folder(memory_folder());
  ASSERT_EQ(run_program(train_words(folder / "run", 1)).status, 0);
  const ProgramResult again = run_program(train_words(folder / "run", 1));
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.errors.find("add --resume"), std::string::npos) << again.errors;
}

}  // namespace
}  // namespace elbo
