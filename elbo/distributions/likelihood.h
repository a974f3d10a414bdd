// Likelihoods p(x | z): distributions over data, made from a decoder's raw outputs. A registry by
// name; each lives in a file of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "elbo/graph/ops.h"

namespace elbo {

/// One distribution over the last axis (D elements), batched over the others.
class Likelihood {
 public:
  virtual ~Likelihood() = default;
  /// log p(x) in nats, summed over the last axis. x broadcasts against the parameters.
  virtual Value log_prob(Value x) const = 0;
  /// The mean, which is what reconstructions show.
  virtual Value mean() const = 0;
  /// A draw.
  virtual Value sample() const = 0;
};

/// What a likelihood may need to know besides the decoder's outputs.
struct LikelihoodOptions {
  /// The data lies in [0, 1], as pixels do.
  bool unit_interval = true;
  /// gaussian_fixed: the standard deviation, in the data's own units.
  double sigma = 0.1;
  /// student_t: above 2, so that there is a variance.
  double degrees_of_freedom = 5;
};

struct LikelihoodKind {
  std::string name;
  std::string description;
  /// Numbers that the decoder gives for each element of x.
  std::int64_t outputs_per_element = 1;
  /// True when log_prob is a log density of grey pixels as such: Bernoulli is not.
  bool describes_grey_pixels = true;
  /// True when log_prob means nothing for numbers outside of [0, 1].
  bool needs_unit_interval = false;
  /// When log_prob is a log mass of a pixel's byte: how many levels it tells apart, 256 for the
  /// byte itself. 0 for anything else. A kind with levels is of no use for data that aren't bytes.
  std::int64_t byte_levels = 0;
  /// raw: (..., outputs_per_element * D), the first number of every element first.
  std::unique_ptr<Likelihood> (*make)(Value raw, const LikelihoodOptions& options) = nullptr;
};

const std::vector<LikelihoodKind>& likelihood_kinds();
/// Throws UsageError, with the nearest name, when there is none.
const LikelihoodKind& find_likelihood(const std::string& name);
std::vector<std::string> likelihood_names();

// One a file.
LikelihoodKind bernoulli_likelihood();
LikelihoodKind gaussian_likelihood();
LikelihoodKind gaussian_fixed_likelihood();
LikelihoodKind gaussian_per_pixel_likelihood();
LikelihoodKind continuous_bernoulli_likelihood();
LikelihoodKind discretized_logistic_likelihood();
LikelihoodKind mixture_of_logistics_likelihood();
LikelihoodKind student_t_likelihood();
LikelihoodKind categorical_likelihood();

}  // namespace elbo
