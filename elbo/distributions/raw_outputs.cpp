#include "elbo/distributions/raw_outputs.h"

#include <utility>
#include <vector>

namespace elbo {

Value raw_output(Value raw, std::int64_t count, std::int64_t i) {
  const std::int64_t size = raw.shape()[-1].size / count;
  return slice(raw, -1, i * size, (i + 1) * size);
}

Value by_element(Value raw, std::int64_t count) {
  const int last = raw.shape().rank() - 1;
  std::vector<Dim> dims;
  std::vector<int> order;
  for (int axis = 0; axis < last; ++axis) {
    dims.push_back(raw.shape()[axis]);
    order.push_back(axis);
  }
  dims.emplace_back(count);
  dims.emplace_back(raw.shape()[last].size / count);
  order.push_back(last + 1);
  order.push_back(last);
  return transpose(reshape(raw, Shape(std::move(dims))), std::move(order));
}

}  // namespace elbo
