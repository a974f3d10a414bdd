// Where an experiment puts what it found: DIR/results/NAME.json with arrays beside it as .npy
// (docs/formats/results.md). Experiments know no pictures; the report draws from these files.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "elbo/nn/network.h"
#include "elbo/tensor/array.h"

namespace elbo {

class ResultFolder {
 public:
  /// DIR/results is made when something is written to it: an experiment that can't run leaves
  /// nothing.
  explicit ResultFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& name, const nlohmann::json& object) const;
  /// Writes NAME.npy and returns that file name, which is what the JSON refers to it by.
  std::string write_array(const std::string& name, const Array& array) const;

 private:
  std::filesystem::path path_of(const std::string& file) const;

  std::filesystem::path folder_;
};

/// f32 (count, D) in [0, 1] -> u8 (leading..., H, W, C), rounded and limited.
Array as_images(const Array& rows, const ImageShape& image, Extents leading);

/// Rows of several arrays one after another; all (_, D) f32.
Array stacked(const std::vector<Array>& parts);

/// An image of grey or coloured pixels, not a vector.
bool can_be_drawn(const ImageShape& image);

/// Vectors that are no images can't be drawn; throws UsageError naming the experiment.
void require_images(const ImageShape& image, const std::string& experiment);

}  // namespace elbo
