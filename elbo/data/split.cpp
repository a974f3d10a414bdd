#include "elbo/data/split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "elbo/base/error.h"
#include "elbo/base/philox.h"

namespace elbo {
namespace {

constexpr std::uint32_t kSplitStream = 0x53504C54;

std::int64_t validation_count(std::int64_t count, double amount) {
  if (count > std::numeric_limits<std::int32_t>::max()) {
    throw UsageError("validation split: at most 2147483647 examples can be split, found {}", count);
  }
  const bool usable = amount > 0 && (amount < 1 || amount == std::floor(amount));
  if (!usable) {
    throw UsageError(
        "validation split: expected a fraction between 0 and 1 or a whole number of examples, "
        "found {}",
        amount);
  }
  const double wanted = amount < 1 ? std::round(amount * static_cast<double>(count)) : amount;
  if (wanted < 1 || wanted >= static_cast<double>(count)) {
    throw UsageError(
        "validation split: {} of {} examples leaves {} side empty; choose {} data.validation, or 0 "
        "for no validation",
        amount, count, wanted < 1 ? "the validation" : "the training",
        wanted < 1 ? "a larger" : "a smaller");
  }
  return static_cast<std::int64_t>(wanted);
}

Split split_by(const std::vector<bool>& in_validation) {
  Split split;
  for (std::size_t i = 0; i < in_validation.size(); ++i) {
    (in_validation[i] ? split.validation : split.train).push_back(static_cast<std::int32_t>(i));
  }
  return split;
}

}  // namespace

Split split_for_validation(std::int64_t count, double amount, std::uint64_t seed) {
  const std::int64_t wanted = validation_count(count, amount);
  const auto order =
      random_permutation(static_cast<std::int32_t>(count), RandomSequence(seed, kSplitStream));
  std::vector<bool> in_validation(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < wanted; ++i) {
    in_validation[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = true;
  }
  return split_by(in_validation);
}

Split split_for_validation(std::span<const std::int32_t> labels, double amount,
                           std::uint64_t seed) {
  const auto count = static_cast<std::int64_t>(labels.size());
  const std::int64_t wanted = validation_count(count, amount);
  std::map<std::int32_t, std::int64_t> members;
  for (const std::int32_t label : labels) ++members[label];

  // Each label's quota is the floor of its share; the largest remainders get what is left over.
  std::map<std::int32_t, std::int64_t> quota;
  std::vector<std::pair<std::int64_t, std::int32_t>> remainders;
  std::int64_t assigned = 0;
  for (const auto& [label, size] : members) {
    quota[label] = wanted * size / count;
    assigned += quota[label];
    remainders.emplace_back(-(wanted * size % count), label);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; assigned < wanted; ++i, ++assigned) ++quota[remainders[i].second];

  const auto order =
      random_permutation(static_cast<std::int32_t>(count), RandomSequence(seed, kSplitStream));
  std::vector<bool> in_validation(labels.size());
  for (const std::int32_t index : order) {
    std::int64_t& left = quota[labels[static_cast<std::size_t>(index)]];
    if (left > 0) {
      --left;
      in_validation[static_cast<std::size_t>(index)] = true;
    }
  }
  return split_by(in_validation);
}

}  // namespace elbo
