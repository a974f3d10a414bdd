#include "elbo/evaluate/complexity.h"

#include <algorithm>
#include <numbers>
#include <span>

#include "elbo/base/check.h"
#include "elbo/base/threads.h"
#include "elbo/io/gzip.h"

namespace elbo {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Each byte less the one `distance` before it, modulo 256.
Bytes differences(std::span<const std::uint8_t> bytes, std::size_t distance) {
  Bytes result(bytes.begin(), bytes.end());
  for (std::size_t i = distance; i < bytes.size(); ++i) {
    result[i] = static_cast<std::uint8_t>(bytes[i] - bytes[i - distance]);
  }
  return result;
}

}  // namespace

std::vector<double> compressed_nats(const Dataset& data, int threads) {
  ELBO_ASSERT(data.examples.dtype() == DType::u8);
  const auto channels = static_cast<std::size_t>(data.example.channels);
  const auto row = static_cast<std::size_t>(data.example.width) * channels;
  std::vector<double> nats(static_cast<std::size_t>(data.count()));
  parallel_for(threads, data.count(), 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto image = data.examples.row<std::uint8_t>(i);
      const std::size_t bytes = std::min(gzip_compress(differences(image, channels)).size(),
                                         gzip_compress(differences(image, row)).size());
      nats[static_cast<std::size_t>(i)] = static_cast<double>(bytes) * 8 * std::numbers::ln2;
    }
  });
  return nats;
}

}  // namespace elbo
