// Ctrl-C as a flag that long work looks at between steps, so that it can save its state and stop.
#pragma once

namespace elbo {

/// From now on SIGINT, SIGTERM and SIGHUP (unless it is ignored) only raise a flag; another half a
/// second later or more ends the process at once. Files that grow beyond the process's limit are
/// errors of writing.
void install_interrupt_handler();
/// True once the user has asked to stop.
bool interrupted();
/// Raises or clears the flag by hand (tests, embedding programs).
void set_interrupted(bool value);

}  // namespace elbo
