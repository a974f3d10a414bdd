// Means of values an example over the batches of a pass.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "elbo/device/plan.h"
#include "elbo/train/trainer.h"

namespace elbo {

/// The terms without their names.
std::vector<Value> values_of(const NamedTerms& terms);

/// Sums of (N) outputs over batches, as means by name.
class TermSums {
 public:
  explicit TermSums(const NamedTerms& terms);
  /// The first `count` examples of the plan's outputs from `first_output` on, one for each term.
  void add(const Plan& plan, std::size_t first_output, std::int64_t count);
  TermMeans means() const;
  nlohmann::json save() const;
  /// False when they are sums of other terms.
  bool load(const nlohmann::json& saved);

 private:
  TermMeans sums_;
  std::int64_t count_ = 0;
};

}  // namespace elbo
