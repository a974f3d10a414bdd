#include "elbo/feed/distorted_examples.h"

#include "elbo/data/distort.h"

namespace elbo {

DistortedExamples::DistortedExamples(const Dataset& original, double strength, std::uint64_t seed,
                                     int threads)
    : original_(original), data_(original), strength_(strength), seed_(seed), threads_(threads) {
  check_distortable(original);
}

void DistortedExamples::draw(std::int64_t epoch) {
  distort(original_, Distortion::moves(strength_), seed_, static_cast<std::uint32_t>(epoch),
          threads_, data_.examples);
}

}  // namespace elbo
