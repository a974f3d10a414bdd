// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as
// easy as 1, 2, 3"). A number is a pure function of (key, counter), so it does not depend on the
// number of threads, on how a batch is split, or on where a run was resumed.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace elbo {

/// Four 32-bit words from a 128-bit counter and a 64-bit key, ten rounds.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::uint64_t key) {
  auto key0 = static_cast<std::uint32_t>(key);
  auto key1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0,
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1,
               static_cast<std::uint32_t>(product0)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

/// A word as a float in [0, 1): 24 bits, exact.
constexpr float uniform_from_bits(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24f;
}

/// A sequence of random numbers for planning, shuffling and drawing on the host. Two sequences with
/// the same seed and stream are equal; different streams are independent.
class RandomSequence {
 public:
  explicit RandomSequence(std::uint64_t seed, std::uint32_t stream = 0, std::uint32_t substream = 0)
      : seed_(seed), stream_(stream), substream_(substream) {}

  std::uint32_t next_bits() {
    if (used_ == 4) {
      const auto low = static_cast<std::uint32_t>(block_);
      const auto high = static_cast<std::uint32_t>(block_ >> 32);
      words_ = philox4x32({low, high, stream_, substream_}, seed_);
      ++block_;
      used_ = 0;
    }
    return words_[used_++];
  }
  /// In [0, 1), 53 bits.
  double next_uniform() {
    const std::uint64_t high = next_bits() >> 5, low = next_bits() >> 6;
    return static_cast<double>((high << 26) | low) * 0x1p-53;
  }
  double next_uniform(double low, double high) { return low + (high - low) * next_uniform(); }
  double next_normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - next_uniform()));
    return radius * std::cos(6.283185307179586 * next_uniform());
  }
  /// In [0, bound), without bias (Lemire 2019). bound > 0.
  std::uint32_t next_below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next_bits()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0u - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold) {
        product = std::uint64_t{next_bits()} * bound;
      }
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  std::uint64_t seed_;
  std::uint32_t stream_, substream_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
};

/// A random permutation of 0..count-1 (Fisher-Yates).
inline std::vector<std::int32_t> random_permutation(std::int32_t count, RandomSequence random) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::int32_t i = count - 1; i > 0; --i) {
    const auto j = random.next_below(static_cast<std::uint32_t>(i) + 1);
    std::swap(order[static_cast<std::size_t>(i)], order[j]);
  }
  return order;
}

}  // namespace elbo
