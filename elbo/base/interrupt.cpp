#include "elbo/base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace elbo {
namespace {

// Read by any thread, written by a handler of signals, which may only touch what never locks.
std::atomic<bool> g_interrupted = false;
std::atomic<std::int64_t> g_first_signal = 0;
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

/// Who stops a job may signal the process and its group at once: that is one wish, not two.
constexpr std::int64_t kOneWishMs = 500;

std::int64_t now_ms() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);  // may be called in a handler (POSIX)
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

void on_signal(int) {
  if (!g_interrupted.exchange(true)) {
    g_first_signal = now_ms();
  } else if (now_ms() - g_first_signal > kOneWishMs) {
    _exit(130);
  }
}

}  // namespace

void install_interrupt_handler() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    // nohup: a closed terminal is not to end it.
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  // A file that may not grow is an error of its write, which says so.
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() {
  return g_interrupted;
}

void set_interrupted(bool value) {
  g_interrupted = value;
}

}  // namespace elbo
