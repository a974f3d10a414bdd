#include "elbo/data/labels.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "elbo/base/check.h"
#include "elbo/base/error.h"

namespace elbo {
namespace {

std::string name_of_class(std::int64_t value) {
  return std::to_string(value);
}
std::string name_of_class(const std::string& value) {
  return value;
}

template <typename T>
Classes make_classes(std::span<const T> values, const std::string& what) {
  std::set<T> distinct;
  for (const T& value : values) {
    distinct.insert(value);
    if (static_cast<std::int64_t>(distinct.size()) > kMaxClasses) {
      throw DataError(
          "{}: more than {} distinct values are too many to be classes; to make them regression "
          "targets, write them as decimal numbers",
          what, kMaxClasses);
    }
  }
  const std::vector<T> sorted(distinct.begin(), distinct.end());
  Classes classes{Array(DType::i32, {static_cast<std::int64_t>(values.size())}), {}};
  std::transform(values.begin(), values.end(), classes.labels.values<std::int32_t>().begin(),
                 [&](const T& value) {
                   return static_cast<std::int32_t>(
                       std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
                 });
  for (const T& value : sorted) classes.names.push_back(name_of_class(value));
  return classes;
}

}  // namespace

Classes classes_of(std::span<const std::int64_t> values, const std::string& what) {
  return make_classes(values, what);
}

Classes classes_of(std::span<const std::string> values, const std::string& what) {
  return make_classes(values, what);
}

void set_classes(Dataset& dataset, Classes classes) {
  dataset.labels = std::move(classes.labels);
  dataset.class_names = std::move(classes.names);
}

void require_finite(const Array& array, const std::string& what) {
  const std::span<const float> values = array.values<float>();
  const auto found =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (found == values.end()) return;
  const std::int64_t index = found - values.begin();
  throw DataError(
      "{}: row {}, column {} (counted from 0) is {}; expected finite numbers that fit 32-bit "
      "floats; replace or remove it",
      what, index / array.row_size(), index % array.row_size(), *found);
}

void set_examples(Dataset& dataset, Array examples, const std::string& what) {
  const Extents extents = examples.extents();
  if (extents.size() < 2 || extents.size() > 4) {
    throw DataError(
        "{}: shape {}; expected (N, D) vectors, (N, H, W) grey images or (N, H, W, C) images", what,
        to_string(extents));
  }
  if (extents[0] == 0)
    throw DataError("{}: holds no examples: its shape is {}", what, to_string(extents));
  if (examples.size() == 0) {
    throw DataError("{}: its {} examples are empty: its shape is {}", what, extents[0],
                    to_string(extents));
  }
  if (extents.size() == 2) {
    dataset.example = {1, 1, extents[1]};
  } else {
    dataset.example = {extents[1], extents[2], extents.size() == 4 ? extents[3] : 1};
  }
  dataset.examples = std::move(examples).reshaped({extents[0], dataset.example.size()});
}

}  // namespace elbo
