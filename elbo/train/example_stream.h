// The order in which training sees its examples: one endless stream, epoch after epoch, each in an
// order of its own that depends on the seed and the epoch alone. No example is left out, and where
// a run stopped needs no more than a number.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elbo {

class ExampleStream {
 public:
  /// `rows` are the examples' numbers in the data set; it must outlive the stream.
  ExampleStream(std::span<const std::int32_t> rows, std::uint64_t seed)
      : rows_(rows), seed_(seed) {}

  /// The rows at places first, first + 1, ... of the stream.
  void read(std::int64_t first, std::span<std::int32_t> result);

 private:
  std::span<const std::int32_t> rows_;
  std::uint64_t seed_;
  /// Of the epoch that was read last.
  std::vector<std::int32_t> order_;
  std::int64_t epoch_ = -1;
};

}  // namespace elbo
