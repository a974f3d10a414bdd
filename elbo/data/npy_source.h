// Data sets from NumPy arrays.
#pragma once

#include <filesystem>
#include <optional>

#include "elbo/data/dataset.h"

namespace elbo {

/// x: (N, D) vectors, (N, H, W) or (N, H, W, C) images. u8 stays u8 (pixels 0..255; an array of
/// only zeros and ones is black and white and becomes 0 and 255); everything else becomes f32.
/// y: (N) or (N, 1); integers and bools become class labels, floats become targets.
/// Throws FileError for files that can't be read, DataError for values that aren't finite, integers
/// that f32 can't hold exactly, channels-first images, and counts that differ.
Dataset load_npy(const std::filesystem::path& x_path,
                 const std::optional<std::filesystem::path>& y_path);

}  // namespace elbo
