#include "elbo/data/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace elbo {
namespace {

/// An odd number whose bits are those of the golden ratio.
constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * kFactor;
  return hash ^ (hash >> 32);
}

/// Four sums beside one another, since each step waits for the one before it.
std::uint64_t hash_of(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kLanes = 4, kBlock = kLanes * sizeof(std::uint64_t);
  std::array<std::uint64_t, kLanes> lanes{1, 2, 3, 4}, words{};
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    words = {};
    std::memcpy(words.data(), bytes.data() + at, std::min(kBlock, bytes.size() - at));
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = mixed(lanes[lane], words[lane]);
  }
  std::uint64_t hash = bytes.size();
  for (const std::uint64_t lane : lanes) hash = mixed(hash, lane);
  return hash;
}

}  // namespace

std::string fingerprint(const Dataset& data) {
  std::uint64_t hash = hash_of(data.examples.bytes());
  for (const std::int64_t extent :
       {data.example.height, data.example.width, data.example.channels}) {
    hash = mixed(hash, static_cast<std::uint64_t>(extent));
  }
  if (data.labels) hash = mixed(hash, hash_of(data.labels->bytes()));
  return fmt::format("{:016x}", hash);
}

}  // namespace elbo
