#include "elbo/data/npy_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "elbo/base/error.h"
#include "elbo/data/labels.h"
#include "elbo/data/precision_loss.h"
#include "elbo/io/npy.h"

namespace elbo {
namespace {

/// f32 holds every integer up to here.
constexpr std::int64_t kMaxExact = std::int64_t{1} << 24;

std::vector<std::int64_t> integers_of(const Array& array) {
  const auto copy = [](const auto& values) {
    return std::vector<std::int64_t>(values.begin(), values.end());
  };
  if (array.dtype() == DType::u8) return copy(array.values<std::uint8_t>());
  if (array.dtype() == DType::i32) return copy(array.values<std::int32_t>());
  return copy(array.values<std::int64_t>());
}

bool is_floating(const Array& array) {
  return array.dtype() == DType::f32 || array.dtype() == DType::f64;
}

Array finite_f32(Array array, const std::string& what) {
  if (array.dtype() != DType::f32) array = array.to_f32();
  if (array.size() > 0) require_finite(array, what);
  return array;
}

template <typename T>
void require_exact(const Array& array, const std::string& what) {
  for (const T value : array.values<T>()) {
    if (value > kMaxExact || value < -kMaxExact) {
      throw DataError("{}: the integer {} doesn't fit a 32-bit float exactly; scale the values",
                      what, value);
    }
  }
}

/// PyTorch's (N, C, H, W) would be read as C rows of H columns.
void refuse_channels_first(const Extents& extents, const std::string& what) {
  const auto channels = [](std::int64_t length) { return length == 1 || length == 3; };
  if (extents.size() == 4 && channels(extents[1]) && extents[3] > 4) {
    throw DataError(
        "{}: shape {} looks like (N, C, H, W); expected (N, H, W, C), so convert with "
        "numpy.moveaxis(X, 1, 3)",
        what, to_string(extents));
  }
}

/// Of a table, or of everything else as a whole.
void warn_of_lost_precision(const Array& array, const std::string& what) {
  const bool is_table = array.rank() == 2;
  const auto columns = static_cast<std::size_t>(is_table ? array.extent(1) : 1);
  std::vector<ColumnRange> ranges(columns);
  const auto values = array.values<double>();
  for (std::size_t i = 0; i < values.size(); ++i) ranges[i % columns].add(values[i]);
  std::vector<std::string> places;
  for (std::size_t i = 0; i < columns; ++i) {
    places.push_back(is_table ? fmt::format("{}: column {}", what, i + 1) : what);
  }
  warn_of_coarse_columns(ranges, places);
}

Array example_values(Array array, const std::string& what) {
  if (array.dtype() == DType::u8) {
    const std::span<std::uint8_t> values = array.values<std::uint8_t>();
    if (!values.empty() && *std::max_element(values.begin(), values.end()) == 1) {
      for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(value * 255);
    }
    return array;
  }
  if (array.dtype() == DType::i32) require_exact<std::int32_t>(array, what);
  if (array.dtype() == DType::i64) require_exact<std::int64_t>(array, what);
  if (array.dtype() == DType::f64) warn_of_lost_precision(array, what);
  return finite_f32(std::move(array), what);
}

}  // namespace

Dataset load_npy(const std::filesystem::path& x_path,
                 const std::optional<std::filesystem::path>& y_path) {
  const std::string what = x_path.string();
  Dataset dataset;
  dataset.spec = fmt::format("npy:{}", what);
  Array x = read_npy(x_path);
  refuse_channels_first(x.extents(), what);
  set_examples(dataset, example_values(std::move(x), what), what);
  if (!y_path) return dataset;

  const std::string y_what = y_path->string();
  dataset.spec += fmt::format(",{}", y_what);
  Array y = read_npy(*y_path);
  if (y.rank() == 0 || y.rank() > 2 || (y.rank() == 2 && y.extent(1) != 1)) {
    throw DataError("{}: shape {}; expected one label or target an example, shape (N)", y_what,
                    to_string(y.extents()));
  }
  if (y.extent(0) != dataset.count()) {
    throw DataError("{}: holds {} values but {} holds {} examples; do the files belong together?",
                    y_what, y.extent(0), what, dataset.count());
  }
  y = std::move(y).reshaped({dataset.count()});
  if (is_floating(y)) {
    dataset.targets = finite_f32(std::move(y), y_what);
  } else {
    set_classes(dataset, classes_of(integers_of(y), y_what));
  }
  return dataset;
}

}  // namespace elbo
