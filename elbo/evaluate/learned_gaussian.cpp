#include "elbo/evaluate/learned_gaussian.h"

#include "elbo/base/error.h"
#include "elbo/evaluate/gaussian.h"

namespace elbo {
namespace {

std::vector<double> numbers(const LearnedArrays& learned, const std::string& name,
                            const Extents& extents, const char* score) {
  const auto found = learned.find(name);
  if (found == learned.end() || found->second.dtype() != DType::f64 ||
      found->second.extents() != extents) {
    throw DataError(
        "the calibration of '{}': expected a '{}' of {} f64 numbers, found {}; calibrate again",
        score, name, to_string(extents),
        found == learned.end()
            ? "none"
            : to_string(found->second.extents()) + " " + name_of(found->second.dtype()));
  }
  const auto values = found->second.values<double>();
  return {values.begin(), values.end()};
}

}  // namespace

LearnedArrays learn_gaussian(const Array& rows, double shrinkage, const char* score) {
  const Gaussian gaussian = shrunk(fit_gaussian(rows, score), shrinkage);
  const std::int64_t size = rows.extent(1);
  return {{"mean", Array::from(gaussian.mean, {size})},
          {"covariance", Array::from(gaussian.covariance, {size, size})}};
}

std::vector<double> learned_distance(const LearnedArrays& learned, const Array& rows,
                                     const char* score) {
  const std::int64_t size = rows.extent(1);
  try {
    return MahalanobisDistance({.mean = numbers(learned, "mean", {size}, score),
                                .covariance = numbers(learned, "covariance", {size, size}, score)})
        .of_rows(rows);
  } catch (const NumericalError& error) {
    throw DataError(
        "the calibration of '{}': {}; calibrate with examples that differ from one another, or "
        "without it (--scores)",
        score, error.what());
  }
}

}  // namespace elbo
