// Which tensor of a step is not finite, in words for an error message.
#pragma once

#include <span>
#include <string>

#include "elbo/device/plan.h"
#include "elbo/graph/parameters.h"
#include "elbo/train/trainer.h"

namespace elbo {

/// "'kl_nats'", or "the loss" where all terms are finite. The terms are outputs of the plan, in
/// their order, from `first_output` on.
std::string term_that_is_not_finite(const Plan& plan, std::size_t first_output,
                                    const NamedTerms& terms);

/// "the gradient of 'encoder.0.weight'", or "the norm of the gradient" where all elements are
/// finite.
std::string gradient_that_is_not_finite(const ParameterLayout& layout,
                                        std::span<const float> gradients);

}  // namespace elbo
