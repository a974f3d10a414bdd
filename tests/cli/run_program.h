// Runs the real program as a user would.
#pragma once

#include <string>
#include <vector>

namespace elbo {

struct ProgramResult {
  /// The exit status; 128 + the signal when one ended it.
  int status = 0;
  std::string output;
  std::string errors;
};

/// Where the program's standard output goes.
enum class OutputTo { test, full_disk, closed, broken_pipe };

ProgramResult run_program(const std::vector<std::string>& words, OutputTo to = OutputTo::test);

}  // namespace elbo
