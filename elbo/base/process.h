// What this process has used so far.
#pragma once

namespace elbo {

/// Seconds since the program's own code began to run.
double seconds_since_start();
/// The largest resident memory so far, in MiB.
double peak_memory_mib();

}  // namespace elbo
