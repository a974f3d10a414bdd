#include "elbo/tensor/array.h"

#include <algorithm>
#include <cstring>

#include "elbo/base/check.h"

namespace elbo {
namespace {

template <typename T>
void convert(const Array& source, std::span<float> target) {
  const std::span<const T> values = source.values<T>();
  std::transform(values.begin(), values.end(), target.begin(),
                 [](T value) { return static_cast<float>(value); });
}

}  // namespace

Array::Array(DType dtype, Extents extents) : dtype_(dtype), extents_(std::move(extents)) {
  for (const std::int64_t extent : extents_) ELBO_ASSERT(extent >= 0);
  bytes_.resize(static_cast<std::size_t>(size()) * size_of(dtype_));
}

std::int64_t Array::extent(int axis) const {
  ELBO_ASSERT(axis >= 0 && axis < rank());
  return extents_[static_cast<std::size_t>(axis)];
}

std::int64_t Array::row_size() const {
  return element_count(Extents(extents_.begin() + 1, extents_.end()));
}

Array Array::reshaped(Extents extents) && {
  ELBO_ASSERT(element_count(extents) == size());
  extents_ = std::move(extents);
  return std::move(*this);
}

Array Array::reshaped(Extents extents) const& {
  Array copy = *this;
  return std::move(copy).reshaped(std::move(extents));
}

Array Array::slice(std::int64_t begin, std::int64_t end) const {
  ELBO_ASSERT(rank() > 0 && 0 <= begin && begin <= end && end <= extent(0));
  Extents extents = extents_;
  extents[0] = end - begin;
  Array part(dtype_, std::move(extents));
  const std::size_t row_bytes = static_cast<std::size_t>(row_size()) * size_of(dtype_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(row_bytes) * begin, part.bytes_.size(),
              part.bytes_.begin());
  return part;
}

Array Array::gather(std::span<const std::int32_t> indices) const {
  ELBO_ASSERT(rank() > 0);
  Extents extents = extents_;
  extents[0] = static_cast<std::int64_t>(indices.size());
  Array rows(dtype_, std::move(extents));
  const std::size_t row_bytes = static_cast<std::size_t>(row_size()) * size_of(dtype_);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    ELBO_ASSERT(indices[i] >= 0 && indices[i] < extent(0));
    std::memcpy(rows.bytes_.data() + i * row_bytes,
                bytes_.data() + static_cast<std::size_t>(indices[i]) * row_bytes, row_bytes);
  }
  return rows;
}

Array Array::to_f32() const {
  Array result(DType::f32, extents_);
  const std::span<float> target = result.values<float>();
  switch (dtype_) {
    case DType::f32:
      convert<float>(*this, target);
      break;
    case DType::f64:
      convert<double>(*this, target);
      break;
    case DType::u8:
      convert<std::uint8_t>(*this, target);
      break;
    case DType::i32:
      convert<std::int32_t>(*this, target);
      break;
    case DType::i64:
      convert<std::int64_t>(*this, target);
      break;
  }
  return result;
}

void Array::check_dtype(DType expected) const {
  ELBO_ASSERT(dtype_ == expected);
}

}  // namespace elbo
