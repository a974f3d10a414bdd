// A state of training that is worth going back to, in memory.
#pragma once

#include <vector>

#include "elbo/tensor/arena.h"
#include "elbo/train/checkpoint.h"

namespace elbo {

class GoodState {
 public:
  /// Copies what the buffers hold. Always the same ones.
  void keep(const NamedBuffers& buffers);
  /// Writes it back; false when none has been kept.
  bool restore(const NamedBuffers& buffers) const;

 private:
  std::vector<FlatBuffer> kept_;
};

}  // namespace elbo
