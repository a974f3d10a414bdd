#include "elbo/data/columns.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "elbo/base/error.h"
#include "elbo/base/suggest.h"

namespace elbo {

Dataset with_columns(Dataset data, const std::vector<std::string>& names,
                     const std::string& whose) {
  if (names.empty() || data.columns.empty() || data.columns == names) return data;
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(data.columns, name);
    if (found == data.columns.end()) {
      throw UsageError("{}: {} needs the column '{}'; the table has {}{}", data.spec, whose, name,
                       fmt::join(data.columns, ", "), did_you_mean(name, data.columns));
    }
    places.push_back(static_cast<std::size_t>(found - data.columns.begin()));
  }
  const auto width = static_cast<std::int64_t>(names.size());
  Array examples(DType::f32, {data.count(), width});
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const auto from = std::as_const(data.examples).row<float>(i);
    std::ranges::transform(places, examples.row<float>(i).begin(),
                           [&](std::size_t place) { return from[place]; });
  }
  data.examples = std::move(examples);
  data.example = {.height = 1, .width = 1, .channels = width};
  data.columns = names;
  return data;
}

}  // namespace elbo
