#include "elbo/base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace elbo {
namespace {

[[noreturn]] void signal_and_exit(int signal) {
  install_interrupt_handler();
  if (interrupted()) std::exit(1);
  std::raise(signal);
  if (!interrupted()) std::exit(2);
  set_interrupted(false);
  std::exit(interrupted() ? 3 : 0);
}

[[noreturn]] void signal_twice() {
  install_interrupt_handler();
  std::raise(SIGINT);
  std::raise(SIGINT);
  std::exit(4);
}

TEST(InterruptDeathTest, TheFirstSignalRaisesTheFlag) {
  EXPECT_EXIT(signal_and_exit(SIGINT), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(signal_and_exit(SIGTERM), testing::ExitedWithCode(0), "");
}

TEST(InterruptDeathTest, TheSecondEndsTheProcess) {
  EXPECT_EXIT(signal_twice(), testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace elbo
