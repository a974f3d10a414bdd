#include "elbo/tensor/shape.h"

#include <algorithm>

#include "elbo/base/check.h"
#include "elbo/base/error.h"

namespace elbo {

std::int64_t element_count(const Extents& extents) {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents) count *= extent;
  return count;
}

std::string to_string(const Extents& extents) {
  std::string text = "(";
  for (std::size_t i = 0; i < extents.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
  }
  return text + ")";
}

Shape Shape::of(const Extents& extents) {
  return Shape(std::vector<Dim>(extents.begin(), extents.end()));
}

const Dim& Shape::operator[](int axis) const {
  if (axis < 0) axis += rank();
  ELBO_ASSERT(axis >= 0 && axis < rank());
  return dims_[static_cast<std::size_t>(axis)];
}

bool Shape::has_batch() const {
  return std::any_of(dims_.begin(), dims_.end(), [](const Dim& dim) { return dim.batch; });
}

Extents Shape::resolve(std::int64_t batch_size) const {
  Extents extents;
  extents.reserve(dims_.size());
  for (const Dim& dim : dims_) extents.push_back(dim.resolve(batch_size));
  return extents;
}

std::int64_t Shape::count(std::int64_t batch_size) const {
  return element_count(resolve(batch_size));
}

ElementCount Shape::product() const {
  ElementCount product;
  for (const Dim& dim : dims_) product = product * dim;
  return product;
}

std::string Shape::to_string() const {
  std::string text = "(";
  for (int i = 0; i < rank(); ++i) {
    const Dim& dim = (*this)[i];
    if (i > 0) text += ", ";
    if (!dim.batch) {
      text += std::to_string(dim.size);
    } else {
      text += dim.size == 1 ? "N" : std::to_string(dim.size) + "N";
    }
  }
  return text + ")";
}

Shape broadcast(const Shape& a, const Shape& b, const char* what) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<Dim> dims(static_cast<std::size_t>(rank));
  for (int i = 1; i <= rank; ++i) {
    const Dim left = i <= a.rank() ? a[-i] : Dim(1);
    const Dim right = i <= b.rank() ? b[-i] : Dim(1);
    if (left != right && !left.is_one() && !right.is_one()) {
      throw ShapeError("{}: shapes {} and {} don't broadcast: axis {} has lengths that differ",
                       what, a.to_string(), b.to_string(), rank - i);
    }
    dims[static_cast<std::size_t>(rank - i)] = left.is_one() ? right : left;
  }
  return Shape(std::move(dims));
}

}  // namespace elbo
