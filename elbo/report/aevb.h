// The page of the study of Kingma & Welling 2013, "Auto-encoding variational Bayes".
#pragma once

#include "elbo/report/sections.h"

namespace elbo {

/// The bound that figure 2 of the paper reaches with a code of this size, in nats, as well as it
/// can be read off the plot.
inline constexpr double kPublishedBound = -100;
inline constexpr double kPublishedLatents = 20;

Page aevb_page(const Study& study);

}  // namespace elbo
