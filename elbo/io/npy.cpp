#include "elbo/io/npy.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "elbo/base/check.h"
#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/io/bytes.h"
#include "elbo/io/npy_header.h"

namespace elbo {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie");

constexpr std::array<std::uint8_t, 6> kMagic = {0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 16;

/// IEEE half precision: 1 sign, 5 exponent, 10 mantissa bits.
float half_to_float(std::uint16_t half) {
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  if (exponent == 31) {
    return mantissa != 0 ? std::numeric_limits<float>::quiet_NaN()
                         : sign * std::numeric_limits<float>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
}

/// Decodes every element: Bits from the file's byte order, then `convert` to the array's type.
template <typename Bits, typename Target, typename Convert>
Array decode(std::span<const std::uint8_t> data, const Extents& extents, bool big,
             const Convert& convert) {
  Array array(DTypeOf<Target>::value, extents);
  const std::uint8_t* source = data.data();
  for (Target& target : array.values<Target>()) {
    target = convert(big ? load_big<Bits>(source) : load_little<Bits>(source));
    source += sizeof(Bits);
  }
  return array;
}

template <typename Source, typename Target, typename Bits = std::make_unsigned_t<Source>>
Array decode_integers(std::span<const std::uint8_t> data, const Extents& extents, bool big) {
  return decode<Bits, Target>(
      data, extents, big, [](Bits bits) { return static_cast<Target>(static_cast<Source>(bits)); });
}

Array decode_u64(std::span<const std::uint8_t> data, const Extents& extents, bool big,
                 const std::string& what) {
  return decode<std::uint64_t, std::int64_t>(data, extents, big, [&](std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw FileError("{}: the value {} doesn't fit a signed 64-bit integer; save it as int64",
                      what, value);
    }
    return static_cast<std::int64_t>(value);
  });
}

Array decode_elements(const NpyHeader& header, std::span<const std::uint8_t> data,
                      const Extents& extents, const std::string& what) {
  const bool big = header.big_endian;
  switch (header.kind) {
    case 'b':
      return decode<std::uint8_t, std::uint8_t>(data, extents, big, [](std::uint8_t value) {
        return static_cast<std::uint8_t>(value != 0);
      });
    case 'f':
      if (header.element_bytes == 2) {
        return decode<std::uint16_t, float>(data, extents, big, half_to_float);
      }
      if (header.element_bytes == 4) {
        return decode<std::uint32_t, float>(
            data, extents, big, [](std::uint32_t bits) { return std::bit_cast<float>(bits); });
      }
      return decode<std::uint64_t, double>(
          data, extents, big, [](std::uint64_t bits) { return std::bit_cast<double>(bits); });
    case 'i':
      if (header.element_bytes == 1) {
        return decode_integers<std::int8_t, std::int32_t>(data, extents, big);
      }
      if (header.element_bytes == 2) {
        return decode_integers<std::int16_t, std::int32_t>(data, extents, big);
      }
      if (header.element_bytes == 4) {
        return decode_integers<std::int32_t, std::int32_t>(data, extents, big);
      }
      return decode_integers<std::int64_t, std::int64_t>(data, extents, big);
    case 'u':
      if (header.element_bytes == 1) {
        return decode_integers<std::uint8_t, std::uint8_t>(data, extents, big);
      }
      if (header.element_bytes == 2) {
        return decode_integers<std::uint16_t, std::int32_t>(data, extents, big);
      }
      if (header.element_bytes == 4) {
        return decode_integers<std::uint32_t, std::int64_t>(data, extents, big);
      }
      return decode_u64(data, extents, big, what);
    default:
      break;
  }
  throw FileError("{}: elements of kind '{}' aren't numbers", what, header.kind);
}

/// Fortran order to C order: entry (i, j, k) lies at i + I (j + J k) in the file.
Array from_fortran_order(const Array& source) {
  Array target(source.dtype(), source.extents());
  const std::size_t element = size_of(source.dtype());
  const auto rank = static_cast<std::size_t>(source.rank());
  Extents index(rank, 0), stride(rank, 1);
  for (std::size_t axis = 1; axis < rank; ++axis) {
    stride[axis] = stride[axis - 1] * source.extents()[axis - 1];
  }
  std::int64_t from = 0;
  for (std::int64_t to = 0; to < source.size(); ++to) {
    std::memcpy(target.bytes().data() + static_cast<std::size_t>(to) * element,
                source.bytes().data() + static_cast<std::size_t>(from) * element, element);
    for (std::size_t axis = rank; axis-- > 0;) {
      from += stride[axis];
      if (++index[axis] < source.extents()[axis]) break;
      from -= stride[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return target;
}

const char* descr_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "<f4";
    case DType::f64:
      return "<f8";
    case DType::u8:
      return "|u1";
    case DType::i32:
      return "<i4";
    case DType::i64:
      return "<i8";
  }
  return "";
}

}  // namespace

Array parse_npy(std::span<const std::uint8_t> bytes, const std::string& what) {
  const auto cut_off = [&] {
    return FileError("{}: breaks off after {} bytes, inside its npy header; is the file complete?",
                     what, bytes.size());
  };
  if (bytes.size() < kMagic.size() + 4) throw cut_off();
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    throw FileError("{}: expected a npy file, found other bytes; write it with numpy.save", what);
  }
  const int major = bytes[6], minor = bytes[7];
  if (major < 1 || major > 3 || minor != 0) {
    throw FileError("{}: npy version {}.{}; 1.0, 2.0 and 3.0 are read", what, major, minor);
  }
  const std::size_t prefix = major == 1 ? 10 : 12;
  if (bytes.size() < prefix) throw cut_off();
  const std::size_t header_bytes = major == 1 ? load_little<std::uint16_t>(bytes.data() + 8)
                                              : load_little<std::uint32_t>(bytes.data() + 8);
  if (header_bytes > kMaxHeaderBytes) {
    throw FileError("{}: a npy header of {} bytes; at most {} are read", what, header_bytes,
                    kMaxHeaderBytes);
  }
  if (bytes.size() - prefix < header_bytes) throw cut_off();
  const NpyHeader header =
      parse_npy_header({reinterpret_cast<const char*>(bytes.data()) + prefix, header_bytes}, what);

  const std::span<const std::uint8_t> data = bytes.subspan(prefix + header_bytes);
  // Eight bytes an element: what the array in memory takes at most.
  if (!checked_size_bytes(header.extents, 8)) {
    throw FileError("{}: the header's shape {} is too large for any memory", what,
                    to_string(header.extents));
  }
  const std::uint64_t expected = *checked_size_bytes(header.extents, header.element_bytes);
  if (expected != data.size()) {
    throw FileError("{}: header says shape {} ({} bytes) but the file holds {} bytes of data; {}",
                    what, to_string(header.extents), expected, data.size(),
                    data.size() < expected ? "is the file complete?"
                                           : "expected one array and nothing after it");
  }
  Array array = decode_elements(header, data, header.extents, what);
  if (header.fortran_order && array.rank() > 1) return from_fortran_order(array);
  return array;
}

Array read_npy(const std::filesystem::path& path) {
  return parse_npy(read_file(path), path.string());
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  std::string shape;
  for (const std::int64_t extent : array.extents()) shape += fmt::format("{}, ", extent);
  // "(3, 4)" and "()", but "(3,)".
  if (array.rank() > 1) shape.resize(shape.size() - 2);
  if (array.rank() == 1) shape.resize(shape.size() - 1);
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 descr_of(array.dtype()), shape);
  // The data starts at a multiple of 64 bytes and the header ends with a newline.
  constexpr std::size_t kPrefix = 10;
  while ((kPrefix + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  ELBO_ASSERT(text.size() <= 0xffff);

  std::vector<std::uint8_t> head(kMagic.begin(), kMagic.end());
  head.insert(head.end(), {1, 0, static_cast<std::uint8_t>(text.size() & 255),
                           static_cast<std::uint8_t>(text.size() >> 8)});
  head.insert(head.end(), text.begin(), text.end());
  const std::array<std::span<const std::uint8_t>, 2> parts = {head, array.bytes()};
  write_file_parts(path, parts);
}

}  // namespace elbo
