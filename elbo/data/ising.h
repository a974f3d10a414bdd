// `ising`: equilibrium configurations of the two-dimensional Ising model (coupling 1, no field,
// periodic), with the temperature as the target. Its phase transition at T = 2.269 is a known
// structure for latents to find.
#pragma once

#include "elbo/data/lattice.h"

namespace elbo {

inline constexpr int kIsingSweeps = 30;

/// Images u8 of one channel, 255 for spin up and 0 for spin down; targets: the temperatures.
/// In equilibrium after kIsingSweeps: the energy of 28 by 28 sites at the critical temperature no
/// longer moves by more than its statistical error. Throws UsageError for options that are out of
/// range.
Dataset make_ising(const LatticeOptions& options);

}  // namespace elbo
