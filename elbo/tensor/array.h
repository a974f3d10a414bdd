// An array in the host's memory that owns its elements: what data sources, file formats and results
// pass around. The engine itself works on views into one arena (graph/plan).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "elbo/tensor/dtype.h"
#include "elbo/tensor/shape.h"

namespace elbo {

class Array {
 public:
  /// An empty f32 array of shape (0).
  Array() : Array(DType::f32, {0}) {}
  /// Zeros.
  Array(DType dtype, Extents extents);
  /// A copy of `values`, which must fill the extents.
  template <typename T>
  static Array from(std::span<const T> values, Extents extents);
  template <typename T>
  static Array from(const std::vector<T>& values, Extents extents) {
    return from(std::span<const T>(values), std::move(extents));
  }

  DType dtype() const { return dtype_; }
  const Extents& extents() const { return extents_; }
  int rank() const { return static_cast<int>(extents_.size()); }
  std::int64_t extent(int axis) const;
  std::int64_t size() const { return element_count(extents_); }
  std::int64_t size_bytes() const { return static_cast<std::int64_t>(bytes_.size()); }
  /// Elements of one entry along axis 0.
  std::int64_t row_size() const;

  std::span<std::uint8_t> bytes() { return bytes_; }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

  /// The elements as T, which must be the array's own type.
  template <typename T>
  std::span<T> values() {
    check_dtype(DTypeOf<T>::value);
    return {reinterpret_cast<T*>(bytes_.data()), static_cast<std::size_t>(size())};
  }
  template <typename T>
  std::span<const T> values() const {
    check_dtype(DTypeOf<T>::value);
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(size())};
  }
  /// Entry i along axis 0.
  template <typename T>
  std::span<const T> row(std::int64_t i) const {
    const auto length = static_cast<std::size_t>(row_size());
    return values<T>().subspan(static_cast<std::size_t>(i) * length, length);
  }
  template <typename T>
  std::span<T> row(std::int64_t i) {
    const auto length = static_cast<std::size_t>(row_size());
    return values<T>().subspan(static_cast<std::size_t>(i) * length, length);
  }

  /// The same elements under other extents of the same count.
  Array reshaped(Extents extents) &&;
  Array reshaped(Extents extents) const&;
  /// Entries [begin, end) along axis 0, copied.
  Array slice(std::int64_t begin, std::int64_t end) const;
  /// Entries along axis 0 by index, copied; every index must be in range.
  Array gather(std::span<const std::int32_t> indices) const;
  /// The elements converted to f32 (no scaling).
  Array to_f32() const;

 private:
  void check_dtype(DType expected) const;

  DType dtype_;
  Extents extents_;
  std::vector<std::uint8_t> bytes_;
};

template <typename T>
Array Array::from(std::span<const T> values, Extents extents) {
  Array array(DTypeOf<T>::value, std::move(extents));
  const std::span<T> target = array.values<T>();
  if (target.size() != values.size()) array.check_dtype(static_cast<DType>(255));
  std::copy(values.begin(), values.end(), target.begin());
  return array;
}

}  // namespace elbo
