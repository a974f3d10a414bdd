// Choosing which examples a figure shows: the first of each class, never by hand.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "elbo/data/dataset.h"

namespace elbo {

/// Indices of the first `per_class` examples of each class, class by class; without labels the
/// first ten. Classes without examples are skipped.
std::vector<std::int32_t> first_of_each_class(const Dataset& data, std::int64_t per_class = 1);

/// The index of the first example of a class, if it has any.
std::optional<std::int32_t> first_of_class(const Dataset& data, std::int64_t label);

/// The class names of the examples, or their numbers when there are no classes.
nlohmann::json names_of(const Dataset& data, const std::vector<std::int32_t>& indices);

}  // namespace elbo
