// `xy`: equilibrium configurations of the two-dimensional XY model (coupling 1, no field,
// periodic): an angle on each site, vortices that pair up below T = 0.893, and the temperature as
// the target.
#pragma once

#include "elbo/data/lattice.h"

namespace elbo {

inline constexpr int kXySweeps = 80;

/// Images u8 of two channels, the cosine and the sine of each site's angle: round(127.5 + 127.5 c);
/// targets: the temperatures. In equilibrium after kXySweeps; coldest are slowest. Throws
/// UsageError for options that are out of range.
Dataset make_xy(const LatticeOptions& options);

}  // namespace elbo
