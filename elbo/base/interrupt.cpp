#include "elbo/base/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace elbo {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void on_signal(int) {
  if (g_interrupted != 0) _exit(130);
  g_interrupted = 1;
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
  return g_interrupted != 0;
}

void set_interrupted(bool value) {
  g_interrupted = value ? 1 : 0;
}

}  // namespace elbo
