// What who changes the parameters (an optimizer) and who keeps copies of them (a plan) agree on:
// how a pass over all parameters goes, piece by piece, so that copies are made of what is still in
// the cache.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elbo {

/// Part of the flat buffers, in floats; both ends are multiples of 16.
struct ParameterPiece {
  std::int64_t begin = 0, end = 0;
  /// Where its middle is in its parameter, from 0 to 1. A product that makes a gradient gives each
  /// thread so much of the rows, in order: who goes on with a piece had best be that thread.
  double place = 0;
};

class ParameterPass {
 public:
  virtual ~ParameterPass() = default;
  /// Cover the buffers, in order.
  virtual std::span<const ParameterPiece> pieces() const = 0;
  /// The parameters of a piece have changed. Pieces may follow at once in several threads.
  virtual void follow(std::size_t piece) const = 0;
};

}  // namespace elbo
