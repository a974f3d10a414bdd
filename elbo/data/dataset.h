// A data set in memory, as the rest of the library sees it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "elbo/tensor/array.h"

namespace elbo {

/// What one example is: an image (height, width, channels) or a flat vector (height = width = 1).
struct ExampleShape {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;
  std::int64_t size() const { return height * width * channels; }
  bool is_image() const { return height > 1 || width > 1; }
  bool operator==(const ExampleShape&) const = default;
};

/// `count()` examples with optional labels. Images are u8 in 0..255 (pixel / 255 is in [0, 1]);
/// tables and arrays are f32 as they are.
struct Dataset {
  /// The spec it came from, e.g. "mnist:test".
  std::string spec;
  /// (count, D), u8 or f32; D = example.size(), pixels in height, width, channel order.
  Array examples;
  ExampleShape example;
  /// (count) i32 class indices in 0..class_count()-1, when the set has classes.
  std::optional<Array> labels;
  std::vector<std::string> class_names;
  /// The file of each example below the folder that they came from, when each has one.
  std::vector<std::string> files;
  /// The names of a table's columns, when it has some.
  std::vector<std::string> columns;
  /// (count) f32 regression targets, when the set has them.
  std::optional<Array> targets;

  std::int64_t count() const { return examples.extent(0); }
  std::int64_t class_count() const { return static_cast<std::int64_t>(class_names.size()); }
  /// The examples at `indices`, with their labels and targets.
  Dataset subset(const std::vector<std::int32_t>& indices) const;
  /// The first `count` examples, or all when there are fewer.
  Dataset first(std::int64_t count) const;
};

}  // namespace elbo
