#include "cli/class_argument.h"

#include <algorithm>
#include <charconv>

#include <fmt/ranges.h>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo::cli {

std::int32_t find_class(const RunConfig& config, const std::string& word) {
  const auto& names = config.class_names;
  const auto named = std::find(names.begin(), names.end(), word);
  if (named != names.end()) return static_cast<std::int32_t>(named - names.begin());
  std::int32_t number = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number < 0 ||
      number >= config.shape.class_count) {
    throw UsageError("--label: expected a class, 0 to {} or one of {}; found '{}'{}",
                     config.shape.class_count - 1, fmt::join(names, ", "), word,
                     error == std::errc() ? "" : did_you_mean(word, names));
  }
  return number;
}

}  // namespace elbo::cli
