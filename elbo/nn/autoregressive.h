// Inverse autoregressive flow: each element is scaled and shifted by what the elements before it
// say, all at once. Kingma et al. 2016, "Improved variational inference with inverse autoregressive
// flow"; the masked networks are MADE's, Germain et al. 2015.
#pragma once

#include <string>

#include "elbo/nn/coupling.h"

namespace elbo {

/// z (R, L) and a context (R, H), which every element may see -> through options.layers layers; the
/// order of the elements turns around from one to the next. With its first weights it is the
/// identity. As eq. 9 with z sigma + m, the log of sigma bounded. There is no cheap way back.
/// Parameters are named name.layer1.dense1.weight and so on.
FlowResult autoregressive_flow(const std::string& name, Value z, Value context,
                               const FlowOptions& options);

}  // namespace elbo
