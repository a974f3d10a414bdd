// Data sets from tables of numbers in text (docs/formats/csv.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "elbo/data/dataset.h"

namespace elbo {

/// Integers with no more distinct values than this are classes, with more they are targets.
inline constexpr std::size_t kMaxIntegerClasses = 100;

/// One example a line, every column a number (f32) except the target's. target_column is a column's
/// name, or its number counted from 1. Text there becomes classes, integers with few distinct
/// values too; other numbers become targets. The file may be in gzip. Throws FileError for a file
/// that can't be read or isn't text; DataError, with line and column, for cells that aren't finite
/// numbers and for lines of different lengths; UsageError for a target column that isn't there.
Dataset load_csv(const std::filesystem::path& path,
                 const std::optional<std::string>& target_column);
/// The same from memory, unpacked already; `what` names it in errors.
Dataset parse_csv(std::span<const std::uint8_t> bytes,
                  const std::optional<std::string>& target_column, const std::string& what);

}  // namespace elbo
