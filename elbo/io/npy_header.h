// The text inside a .npy header: a Python dict of exactly three entries. Read as data, by a grammar
// that knows nothing else, so that no file can make it do anything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "elbo/tensor/shape.h"

namespace elbo {

struct NpyHeader {
  /// 'b' bool, 'f' float (2, 4 or 8 bytes), 'i' signed, 'u' unsigned (1, 2, 4 or 8 bytes).
  char kind = 'f';
  std::size_t element_bytes = 4;
  bool big_endian = false;
  bool fortran_order = false;
  /// None negative, at most 32 axes.
  Extents extents;
};

/// Throws FileError, naming `what`, for anything but
/// {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), } in any order of entries.
NpyHeader parse_npy_header(std::string_view text, const std::string& what);

}  // namespace elbo
