// Shapes. In a graph a shape is static except for one symbolic axis length, the batch size N: each
// dimension is either a number or a multiple of N. Once N is known a shape resolves to Extents.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace elbo {

/// The lengths of an array's axes, row-major (the last axis is contiguous).
using Extents = std::vector<std::int64_t>;

/// Product of the lengths; 1 for a scalar.
std::int64_t element_count(const Extents& extents);
/// "(128, 784)".
std::string to_string(const Extents& extents);

/// One axis length: `size`, or `size` * N when `batch` is set.
struct Dim {
  std::int64_t size = 1;
  bool batch = false;

  constexpr Dim() = default;
  constexpr Dim(std::int64_t size_, bool batch_ = false)  // NOLINT: a number is a length
      : size(size_), batch(batch_) {}
  constexpr bool operator==(const Dim&) const = default;
  constexpr std::int64_t resolve(std::int64_t batch_size) const {
    return batch ? size * batch_size : size;
  }
  constexpr bool is_one() const { return size == 1 && !batch; }
};

/// How many elements a shape has: size * N^batch_power. Pairs of a batch's examples are (N, N).
struct ElementCount {
  std::int64_t size = 1;
  int batch_power = 0;

  constexpr bool operator==(const ElementCount&) const = default;
  constexpr ElementCount operator*(const Dim& dim) const {
    return {size * dim.size, batch_power + (dim.batch ? 1 : 0)};
  }
  constexpr bool is_one() const { return size == 1 && batch_power == 0; }
};

/// The batch axis N.
inline constexpr Dim kBatch{1, true};

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<Dim> dims) : dims_(dims) {}
  explicit Shape(std::vector<Dim> dims) : dims_(std::move(dims)) {}
  /// A shape without a batch axis.
  static Shape of(const Extents& extents);

  int rank() const { return static_cast<int>(dims_.size()); }
  /// Axis lengths; negative axes count from the end.
  const Dim& operator[](int axis) const;
  const std::vector<Dim>& dims() const { return dims_; }
  bool operator==(const Shape&) const = default;
  bool is_scalar() const { return dims_.empty(); }
  /// True when any axis depends on N.
  bool has_batch() const;

  Extents resolve(std::int64_t batch_size) const;
  std::int64_t count(std::int64_t batch_size) const;
  /// Product of the dimensions.
  ElementCount product() const;
  /// "(N, 784)".
  std::string to_string() const;

 private:
  std::vector<Dim> dims_;
};

/// The shape that a and b broadcast to: aligned at the last axis, lengths equal or 1.
/// Throws ShapeError, naming `what`, when they don't.
Shape broadcast(const Shape& a, const Shape& b, const char* what);

}  // namespace elbo
