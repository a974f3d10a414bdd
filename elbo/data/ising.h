// `ising`: equilibrium configurations of the two-dimensional Ising model (coupling 1, no field,
// periodic), with the temperature as the target. Its phase transition at T = 2.269 is a known
// structure for latents to find.
#pragma once

#include "elbo/data/lattice.h"

namespace elbo {

/// Images u8 of one channel, 255 for spin up and 0 for spin down; targets: the temperatures.
/// Throws UsageError for options that are out of range.
Dataset make_ising(const LatticeOptions& options);

}  // namespace elbo
