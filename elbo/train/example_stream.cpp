#include "elbo/train/example_stream.h"

#include "elbo/base/philox.h"

namespace elbo {
namespace {

/// Apart from the graph's random streams.
constexpr std::uint32_t kOrderStream = 0x6f726400;

}  // namespace

void ExampleStream::read(std::int64_t first, std::span<std::int32_t> result) {
  const auto count = static_cast<std::int64_t>(rows_.size());
  for (std::size_t n = 0; n < result.size(); ++n) {
    const std::int64_t at = first + static_cast<std::int64_t>(n);
    if (at / count != epoch_) {
      epoch_ = at / count;
      order_ = random_permutation(
          static_cast<std::int32_t>(count),
          RandomSequence(seed_, kOrderStream, static_cast<std::uint32_t>(epoch_)));
    }
    const std::int32_t place = order_[static_cast<std::size_t>(at % count)];
    result[n] = rows_[static_cast<std::size_t>(place)];
  }
}

}  // namespace elbo
