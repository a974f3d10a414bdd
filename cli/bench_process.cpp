#include "cli/bench_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/temporary_folder.h"

extern char** environ;

namespace elbo::cli {
namespace {

/// Runs this program with the given words; what it prints goes to the file.
int run_self(std::vector<std::string> words, const std::filesystem::path& output) {
  words.insert(words.begin(), "elbo");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw FileError("bench: can't start a second process");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

ProcessCosts measure_process(const std::string& spec, const CommonOptions& common,
                             const std::string& precision) {
  const TemporaryFolder folder;
  const auto output = folder.path() / "output.json";
  std::vector<std::string> words = {"train", spec, "--out", (folder.path() / "run").string()};
  words.insert(words.end(), {"--json", "--quiet", "--threads", std::to_string(common.threads)});
  for (const std::string& setting :
       {std::string("model.latent=20"), std::string("model.hidden=[400]"),
        std::string("train.epochs=1"), "train.precision=" + precision}) {
    words.insert(words.end(), {"--set", setting});
  }
  if (!common.data_dir.empty()) words.insert(words.end(), {"--data-dir", common.data_dir});
  const int status = run_self(std::move(words), output);
  if (status != 0) throw FileError("bench: training on {} in a process of its own failed", spec);
  const auto result = nlohmann::json::parse(read_text_file(output));
  return {.seconds_to_first_step = result.at("seconds_to_first_step").get<double>(),
          .peak_memory_mib = result.at("peak_memory_mib").get<double>()};
}

}  // namespace elbo::cli
