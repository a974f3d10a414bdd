// From the words of the command line to a verb whose variables are filled in. All of CLI11 is in
// parse.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace elbo::cli {

/// What the user asked for. Without a command, `text` (help or the version) is to be printed.
struct Invocation {
  CommonOptions common;
  std::unique_ptr<Command> command;
  std::string text;
};

/// Throws UsageError, naming what was probably meant, when the words make no call.
Invocation parse(const std::vector<std::string>& words);

/// Declares --json, --seed and so on.
void declare_common(CommonOptions& common, Arguments& arguments);

}  // namespace elbo::cli
