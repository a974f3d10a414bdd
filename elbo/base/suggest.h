// "Did you mean": the closest of the known names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elbo {

/// The candidate closest to `word` by Damerau-Levenshtein distance (restricted to adjacent swaps),
/// or an empty string when none is close enough to be a likely typing error.
std::string closest_name(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or an empty string: the tail of an error message.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace elbo
