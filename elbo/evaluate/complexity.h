// How much there is to an image, without any model of it: the length of its lossless compression.
#pragma once

#include <vector>

#include "elbo/data/dataset.h"

namespace elbo {

/// Nats that each example takes when it is compressed without loss, (M): deflate over PNG's "sub"
/// or "up" differences, whichever is shorter. Only for bytes. A generative model's likelihood of an
/// image falls with its complexity, whatever it shows; less this, it doesn't (Serra et al. 2020,
/// "Input complexity and out-of-distribution detection with likelihood-based generative models").
std::vector<double> compressed_nats(const Dataset& data, int threads);

}  // namespace elbo
