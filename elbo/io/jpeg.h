// JPEG pictures in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "elbo/tensor/array.h"

namespace elbo {

/// The picture as u8 (H, W, C): C = 1 for grey files, 3 for colour. A rotation noted in the file's
/// EXIF data is not applied. Throws FileError for a damaged or truncated file, one in CMYK colours,
/// or one larger than image_limits.h allows.
Array read_jpeg(const std::filesystem::path& path);
/// The same from memory; `what` names it in errors.
Array decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& what);

}  // namespace elbo
