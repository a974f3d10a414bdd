// IDX, the format of MNIST and its kin (docs/formats/idx.md), plain or in gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "elbo/data/dataset.h"
#include "elbo/tensor/array.h"

namespace elbo {

/// The array in an IDX file of unsigned bytes, 32-bit integers or 32-bit floats, with 1 to 4 axes.
/// Throws FileError for a damaged file or one whose length differs from what its header says.
Array read_idx(const std::filesystem::path& path);
/// The same from memory, unpacked already; `what` names it in errors.
Array parse_idx(std::span<const std::uint8_t> bytes, const std::string& what);

/// Images (N, D), (N, H, W) or (N, H, W, C), u8 or finite f32, and labels (N) of integers 0, 1,
/// ..., which name their classes. Throws FileError as read_idx does; DataError when there are no
/// images, the counts differ, or a label is negative or absurd.
Dataset load_idx(const std::filesystem::path& images_path,
                 const std::optional<std::filesystem::path>& labels_path);

}  // namespace elbo
