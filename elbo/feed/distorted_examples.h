// Training images that are distorted anew for each epoch.
#pragma once

#include <cstdint>

#include "elbo/data/dataset.h"

namespace elbo {

class DistortedExamples {
 public:
  /// `original` must outlive this. strength: see Distortion::moves. Throws DataError when the
  /// examples are no images of bytes.
  DistortedExamples(const Dataset& original, double strength, std::uint64_t seed, int threads);

  /// The images of the epoch that was drawn last, in the original's order; until then the original.
  const Dataset& data() const { return data_; }
  /// What an epoch's images are depends on the seed and the epoch alone.
  void draw(std::int64_t epoch);

 private:
  const Dataset& original_;
  Dataset data_;
  double strength_;
  std::uint64_t seed_;
  int threads_;
};

}  // namespace elbo
