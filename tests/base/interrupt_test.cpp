#include "elbo/base/interrupt.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

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

[[noreturn]] void signal_twice(int ms_apart) {
  install_interrupt_handler();
  std::raise(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(ms_apart));
  std::raise(SIGTERM);
  std::exit(4);
}

TEST(InterruptDeathTest, TheFirstSignalRaisesTheFlag) {
  EXPECT_EXIT(signal_and_exit(SIGINT), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(signal_and_exit(SIGTERM), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(signal_and_exit(SIGHUP), testing::ExitedWithCode(0), "");
}

TEST(InterruptDeathTest, TheSecondEndsTheProcess) {
  EXPECT_EXIT(signal_twice(600), testing::ExitedWithCode(130), "");
}

TEST(InterruptDeathTest, TwoAtOnceAreOneWish) {
  EXPECT_EXIT(signal_twice(0), testing::ExitedWithCode(4), "");
}

}  // namespace
}  // namespace elbo
