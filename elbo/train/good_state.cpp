#include "elbo/train/good_state.h"

#include <algorithm>

namespace elbo {

void GoodState::keep(const NamedBuffers& buffers) {
  if (kept_.empty()) {
    for (const auto& [name, values] : buffers) kept_.emplace_back(values.size());
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    std::ranges::copy(buffers[i].second, kept_[i].data());
  }
}

bool GoodState::restore(const NamedBuffers& buffers) const {
  if (kept_.empty()) return false;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    std::ranges::copy(kept_[i].values(), buffers[i].second.begin());
  }
  return true;
}

}  // namespace elbo
