#include "elbo/base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace elbo {
namespace {

// Read by any thread, written by a handler of signals, which may only touch what never locks.
std::atomic<bool> g_interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
  if (g_interrupted.exchange(true)) _exit(130);
}

}  // namespace

void install_interrupt_handler() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return g_interrupted;
}

void set_interrupted(bool value) {
  g_interrupted = value;
}

}  // namespace elbo
