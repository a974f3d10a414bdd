// Runs the real program as a user would.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/temporary_folder.h"

namespace elbo {

struct ProgramResult {
  /// The exit status; 128 + the signal when one ended it.
  int status = 0;
  std::string output;
  std::string errors;
};

/// Where the program's standard output goes. little_space: to the test, but no file may grow beyond
/// 8 KiB, which fails as writing to a full disk does.
enum class OutputTo { test, full_disk, closed, broken_pipe, little_space };

ProgramResult run_program(const std::vector<std::string>& words, OutputTo to = OutputTo::test);

/// Fails the test unless the program ended with this status and these words, on one line, alone.
void expect_one_line_error(const ProgramResult& result, int status, const std::string& message);

/// The program running beside the test, so that it can be sent signals. Killed when it goes out of
/// scope.
class BackgroundProgram {
 public:
  explicit BackgroundProgram(const std::vector<std::string>& words, OutputTo to = OutputTo::test);
  ~BackgroundProgram();
  BackgroundProgram(const BackgroundProgram&) = delete;
  BackgroundProgram& operator=(const BackgroundProgram&) = delete;

  void send(int signal);
  /// Waits for its end.
  ProgramResult wait();

 private:
  const TemporaryFolder folder_;
  const OutputTo to_;
  pid_t process_;
};

}  // namespace elbo
