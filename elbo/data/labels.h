// What file-backed sources share: class labels out of raw values, and checks of what was read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elbo/data/dataset.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// More distinct values than this are identifiers or measurements, not classes.
inline constexpr std::int64_t kMaxClasses = 10000;

struct Classes {
  /// (count) i32, indices into names.
  Array labels;
  std::vector<std::string> names;
};

/// The distinct values in rising order become classes 0, 1, ..., named after themselves.
/// Throws DataError, naming `what`, when there are more than kMaxClasses.
Classes classes_of(std::span<const std::int64_t> values, const std::string& what);
Classes classes_of(std::span<const std::string> values, const std::string& what);

/// Puts the classes into `dataset`.
void set_classes(Dataset& dataset, Classes classes);

/// Throws DataError with the row and column (counted from 0) of the first value that is NaN or
/// infinite. array: f32, at least one axis; all but the first count as columns.
void require_finite(const Array& array, const std::string& what);

/// (N, D...) examples as the (N, D) that Dataset wants, with their shape: rank 2 is vectors, 3 is
/// (N, H, W), 4 is (N, H, W, C). Throws DataError for other ranks, no examples, or empty ones.
void set_examples(Dataset& dataset, Array examples, const std::string& what);

}  // namespace elbo
