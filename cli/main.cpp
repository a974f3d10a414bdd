// The program's entry: runs a verb, prints its result, and turns exceptions into one line on
// standard error and an exit status.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>

#include "cli/output.h"
#include "cli/parse.h"
#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"
#include "elbo/base/log.h"

namespace elbo::cli {
namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kInterrupted = 130 };

int report(ExitStatus status, std::string message) {
  for (char& letter : message) {
    if (letter == '\n' || letter == '\r') letter = ' ';
  }
  std::fprintf(stderr, "elbo: %s\n", message.c_str());
  return status;
}

void run(const std::vector<std::string>& words) {
  Invocation call = parse(words);
  if (!call.command) {
    write_standard_output(call.text);
    return;
  }
  if (call.common.quiet) logging::set_level(logging::Level::warning);
  const Result result = call.command->run(call.common);
  if (call.common.json) {
    write_standard_output(
        result.json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    write_standard_output(result.text);
  }
}

int run_and_report(const std::vector<std::string>& words) {
  try {
    run(words);
    return kDone;
  } catch (const UsageError& error) {
    return report(kUsage, error.what());
  } catch (const Interrupted& error) {
    return report(kInterrupted, error.what());
  } catch (const Error& error) {
    return report(kFailed, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string path = error.path1().string();
    return report(kFailed, (path.empty() ? "" : path + ": ") + error.code().message());
  } catch (const std::bad_alloc&) {
    return report(kFailed, "out of memory");
  } catch (const std::exception& error) {
    return report(kFailed, std::string("internal error: ") + error.what());
  }
}

}  // namespace
}  // namespace elbo::cli

int main(int count, char** words) {
  elbo::cli::reserve_standard_descriptors();
  // A closed pipe (a reader of the output, gnuplot, a socket) is an error of the write.
  std::signal(SIGPIPE, SIG_IGN);
  elbo::install_interrupt_handler();
  return elbo::cli::run_and_report({words + std::min(count, 1), words + count});
}
