// What a model is built for, besides its settings.
#pragma once

#include <cstdint>

#include "elbo/nn/network.h"

namespace elbo {

struct DataShape {
  ImageShape image;
  /// 0 when there are none.
  std::int64_t class_count = 0;
  /// The elements lie in [0, 1], as pixels do.
  bool unit_interval = true;
};

}  // namespace elbo
