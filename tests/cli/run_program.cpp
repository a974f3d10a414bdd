#include "tests/cli/run_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "elbo/base/file.h"

namespace elbo {
namespace {

[[noreturn]] void become_program(const std::vector<std::string>& words, OutputTo to,
                                 const std::string& output, const std::string& errors) {
  constexpr int kMode = O_WRONLY | O_CREAT | O_TRUNC;
  const int error_file = ::open(errors.c_str(), kMode, 0600);
  ::dup2(error_file, STDERR_FILENO);
  if (to == OutputTo::closed) {
    ::close(STDOUT_FILENO);
  } else if (to == OutputTo::broken_pipe) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) ::_exit(99);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
  } else {
    const std::string target = to == OutputTo::full_disk ? "/dev/full" : output;
    ::dup2(::open(target.c_str(), kMode, 0600), STDOUT_FILENO);
  }
  if (to == OutputTo::little_space) {
    const rlimit limit = {8192, 8192};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  std::vector<char*> arguments;
  std::string program = ELBO_PROGRAM;
  arguments.push_back(program.data());
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  ::_exit(99);
}

}  // namespace

BackgroundProgram::BackgroundProgram(const std::vector<std::string>& words, OutputTo to) : to_(to) {
  const std::string output = folder_ / "output", errors = folder_ / "errors";
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("fork failed");
  if (process_ == 0) become_program(words, to, output, errors);
}

BackgroundProgram::~BackgroundProgram() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void BackgroundProgram::send(int signal) {
  ::kill(process_, signal);
}

ProgramResult BackgroundProgram::wait() {
  int status = 0;
  if (::waitpid(process_, &status, 0) != process_) throw std::runtime_error("waitpid failed");
  process_ = -1;
  ProgramResult result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (to_ == OutputTo::test || to_ == OutputTo::little_space)
    result.output = read_text_file(folder_ / "output");
  result.errors = read_text_file(folder_ / "errors");
  return result;
}

ProgramResult run_program(const std::vector<std::string>& words, OutputTo to) {
  return BackgroundProgram(words, to).wait();
}

void expect_one_line_error(const ProgramResult& result, int status, const std::string& message) {
  EXPECT_EQ(result.status, status);
  EXPECT_EQ(result.errors, "elbo: " + message + "\n");
  EXPECT_EQ(result.output, "");
}

}  // namespace elbo
