#include "elbo/data/classes.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {

Dataset with_classes(Dataset data, const std::vector<std::string>& names,
                     const std::string& whose) {
  if (data.class_names == names) return data;
  std::vector<std::int32_t> number;
  for (const std::string& name : data.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw UsageError("{}: {} does not know the class '{}', only {}{}", data.spec, whose, name,
                       fmt::join(names, ", "), did_you_mean(name, names));
    }
    number.push_back(static_cast<std::int32_t>(found - names.begin()));
  }
  for (std::int32_t& label : data.labels->values<std::int32_t>()) {
    label = number[static_cast<std::size_t>(label)];
  }
  data.class_names = names;
  return data;
}

}  // namespace elbo
