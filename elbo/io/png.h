// PNG pictures in and out, 8 bits a sample, grey or colour.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "elbo/tensor/array.h"

namespace elbo {

/// The picture as u8 (H, W, C): C = 1 for grey files, 3 for colour and palette files. Transparency
/// is laid on white; 16-bit samples keep their high byte; gamma and colour profiles are ignored.
/// Throws FileError for a damaged or truncated file, or one larger than image_limits.h allows.
Array read_png(const std::filesystem::path& path);
/// The same from memory; `what` names it in errors.
Array decode_png(std::span<const std::uint8_t> bytes, const std::string& what);

/// pixels: height x width x channels, row by row from the top; channels is 1 (grey) or 3 (RGB).
/// Throws FileError when the file can't be written.
void write_png(const std::filesystem::path& path, int width, int height, int channels,
               std::span<const std::uint8_t> pixels);
/// The file's bytes. Equal pixels give equal bytes.
std::vector<std::uint8_t> encode_png(int width, int height, int channels,
                                     std::span<const std::uint8_t> pixels);

}  // namespace elbo
