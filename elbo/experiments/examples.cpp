#include "elbo/experiments/examples.h"

#include <algorithm>
#include <numeric>

namespace elbo {

std::vector<std::int32_t> first_of_each_class(const Dataset& data, std::int64_t per_class) {
  if (!data.labels || data.class_count() == 0) {
    std::vector<std::int32_t> first(
        static_cast<std::size_t>(std::min<std::int64_t>(10, data.count())));
    std::iota(first.begin(), first.end(), 0);
    return first;
  }
  std::vector<std::vector<std::int32_t>> found(static_cast<std::size_t>(data.class_count()));
  const auto labels = data.labels->values<std::int32_t>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto& members = found[static_cast<std::size_t>(labels[i])];
    if (static_cast<std::int64_t>(members.size()) < per_class) {
      members.push_back(static_cast<std::int32_t>(i));
    }
  }
  std::vector<std::int32_t> chosen;
  for (const auto& members : found) chosen.insert(chosen.end(), members.begin(), members.end());
  return chosen;
}

std::optional<std::int32_t> first_of_class(const Dataset& data, std::int64_t label) {
  const auto labels = data.labels->values<std::int32_t>();
  const auto found = std::ranges::find(labels, static_cast<std::int32_t>(label));
  if (found == labels.end()) return std::nullopt;
  return static_cast<std::int32_t>(found - labels.begin());
}

nlohmann::json names_of(const Dataset& data, const std::vector<std::int32_t>& indices) {
  nlohmann::json names = nlohmann::json::array();
  for (const std::int32_t index : indices) {
    if (data.labels && data.class_count() > 0) {
      const std::int32_t label =
          data.labels->values<std::int32_t>()[static_cast<std::size_t>(index)];
      names.push_back(data.class_names[static_cast<std::size_t>(label)]);
    } else {
      names.push_back(std::to_string(index));
    }
  }
  return names;
}

}  // namespace elbo
