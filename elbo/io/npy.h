// NumPy's array file (docs/formats/npy.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "elbo/tensor/array.h"

namespace elbo {

/// The array in a .npy file of version 1.0, 2.0 or 3.0, either byte order, either memory order.
/// Types that Array lacks widen: bool -> u8 (0 or 1), f16 -> f32, i8 i16 u16 -> i32, u32 u64 ->
/// i64. Throws FileError for a damaged or truncated file, trailing bytes, and types with no numbers
/// in them (objects, strings, records).
Array read_npy(const std::filesystem::path& path);
/// The same from memory; `what` names it in errors.
Array parse_npy(std::span<const std::uint8_t> bytes, const std::string& what);

/// Writes version 1.0, little-endian, C order. Throws FileError.
void write_npy(const std::filesystem::path& path, const Array& array);

}  // namespace elbo
