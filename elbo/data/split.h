// Setting examples aside for validation: random, but the same for the same seed everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elbo {

/// Indices into a data set, ascending; together each example once.
struct Split {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> validation;
};

/// Sets aside `amount` of `count` examples: a fraction when it is below 1 (rounded), else a number
/// of examples. Throws UsageError when it is neither, or when either side would be empty.
Split split_for_validation(std::int64_t count, double amount, std::uint64_t seed);

/// The same, with each label's share in the validation side as near its share in the whole as whole
/// examples allow (largest remainders). labels: one a example, any values.
Split split_for_validation(std::span<const std::int32_t> labels, double amount, std::uint64_t seed);

}  // namespace elbo
