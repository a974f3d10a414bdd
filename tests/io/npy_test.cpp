#include "elbo/io/npy.h"

#include <cmath>
#include <limits>

#include "elbo/base/file.h"
#include "elbo/io/npy_header.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

// NumPy 2.4: np.save of np.array([[1.5, -2, 3], [4, 5, 6.25]], '<f4')
constexpr const char* kNpyF4 =
    "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a20"
    "46616c73652c20277368617065273a2028322c2033292c207d20202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a0000c03f"
    "000000c000004040000080400000a0400000c840";
// np.save of np.asfortranarray(np.arange(24, dtype='<f8').reshape(2, 3, 4))
constexpr const char* kNpyF8Fortran =
    "934e554d5059010076007b276465736372273a20273c6638272c2027666f727472616e5f6f72646572273a20"
    "547275652c20277368617065273a2028322c20332c2034292c207d2020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a00000000"
    "0000000000000000000028400000000000001040000000000000304000000000000020400000000000003440"
    "000000000000f03f0000000000002a4000000000000014400000000000003140000000000000224000000000"
    "0000354000000000000000400000000000002c40000000000000184000000000000032400000000000002440"
    "000000000000364000000000000008400000000000002e400000000000001c40000000000000334000000000"
    "000026400000000000003740";
// np.save of np.array([-2, 300], '>i2')
constexpr const char* kNpyBigI2 =
    "934e554d5059010076007b276465736372273a20273e6932272c2027666f727472616e5f6f72646572273a20"
    "46616c73652c20277368617065273a2028322c292c207d202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200afffe012c";
// np.lib.format.write_array of np.array([True, False, True]), version=(2, 0)
constexpr const char* kNpyV2Bool =
    "934e554d50590200740000007b276465736372273a20277c6231272c2027666f727472616e5f6f7264657227"
    "3a2046616c73652c20277368617065273a2028332c292c207d20202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a010001";
// np.save of np.array([1.5, -0.25, 65504, 6e-8, np.inf], '<f2')
constexpr const char* kNpyHalf =
    "934e554d5059010076007b276465736372273a20273c6632272c2027666f727472616e5f6f72646572273a20"
    "46616c73652c20277368617065273a2028352c292c207d202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a003e00b4"
    "ff7b0100007c";
// np.save of np.array(7, '<u8'), a scalar
constexpr const char* kNpyScalarU8 =
    "934e554d5059010076007b276465736372273a20273c7538272c2027666f727472616e5f6f72646572273a20"
    "46616c73652c20277368617065273a2028292c207d2020202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a07000000"
    "00000000";
// np.lib.format.write_array of np.array([7, -9], '<i8'), version=(3, 0)
constexpr const char* kNpyV3 =
    "934e554d50590300740000007b276465736372273a20273c6938272c2027666f727472616e5f6f7264657227"
    "3a2046616c73652c20277368617065273a2028322c292c207d20202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a07000000"
    "00000000f7ffffffffffffff";
// np.save of np.array(['ab', 'c'])
constexpr const char* kNpyText =
    "934e554d5059010076007b276465736372273a20273c5532272c2027666f727472616e5f6f72646572273a20"
    "46616c73652c20277368617065273a2028322c292c207d202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020200a61000000"
    "620000006300000000000000";
// np.save of np.zeros(1, dtype=[('a', '<f4'), ('b', '<i4')])
constexpr const char* kNpyRecord =
    "934e554d5059010076007b276465736372273a205b282761272c20273c663427292c20282762272c20273c69"
    "3427295d2c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028312c292c"
    "207d202020202020202020202020202020202020202020202020202020202020202020202020200a00000000"
    "00000000";

Array parse(const Bytes& bytes) {
  return parse_npy(bytes, "x.npy");
}

template <typename T>
std::vector<T> values_of(const Array& array) {
  return {array.values<T>().begin(), array.values<T>().end()};
}

/// A version 1.0 file with this header text, unpadded.
Bytes with_header(const std::string& text, std::size_t data_bytes) {
  Bytes bytes = from_hex("934e554d50590100");
  bytes.push_back(static_cast<std::uint8_t>(text.size() & 255));
  bytes.push_back(static_cast<std::uint8_t>(text.size() >> 8));
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), data_bytes, 1);
  return bytes;
}

Bytes with_shape(const std::string& shape, std::size_t data_bytes) {
  return with_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n",
                     data_bytes);
}

TEST(Npy, ReadsFloatsThatNumpyWrote) {
  const Array array = parse(from_hex(kNpyF4));
  EXPECT_EQ(array.extents(), (Extents{2, 3}));
  EXPECT_EQ(values_of<float>(array), (std::vector<float>{1.5f, -2, 3, 4, 5, 6.25f}));
}

TEST(Npy, TurnsFortranOrderIntoOurs) {
  const Array array = parse(from_hex(kNpyF8Fortran));
  EXPECT_EQ(array.extents(), (Extents{2, 3, 4}));
  std::vector<double> expected(24);
  for (std::size_t i = 0; i < 24; ++i) expected[i] = static_cast<double>(i);
  EXPECT_EQ(values_of<double>(array), expected);
}

TEST(Npy, WidensTypesThatArrayLacks) {
  EXPECT_EQ(values_of<std::int32_t>(parse(from_hex(kNpyBigI2))),
            (std::vector<std::int32_t>{-2, 300}));
  EXPECT_EQ(values_of<std::uint8_t>(parse(from_hex(kNpyV2Bool))),
            (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_EQ(values_of<std::int64_t>(parse(from_hex(kNpyV3))), (std::vector<std::int64_t>{7, -9}));
  // 6e-8 rounds to the smallest subnormal half, 2^-24.
  EXPECT_EQ(values_of<float>(parse(from_hex(kNpyHalf))),
            (std::vector<float>{1.5f, -0.25f, 65504.0f, 0x1p-24f,
                                std::numeric_limits<float>::infinity()}));
}

TEST(Npy, ReadsScalarsAndUnsigned64) {
  const Array array = parse(from_hex(kNpyScalarU8));
  EXPECT_EQ(array.rank(), 0);
  EXPECT_EQ(values_of<std::int64_t>(array), (std::vector<std::int64_t>{7}));
  Bytes huge = from_hex(kNpyScalarU8);
  huge.back() = 0x80;
  EXPECT_THROW(parse(huge), FileError);
}

TEST(Npy, RoundTripsEveryTypeAndRank) {
  const TemporaryFolder folder;
  for (const DType dtype : {DType::f32, DType::f64, DType::u8, DType::i32, DType::i64}) {
    for (const Extents& extents :
         {Extents{}, Extents{5}, Extents{3, 4}, Extents{2, 1, 3, 2}, Extents{0, 784}}) {
      Array array(dtype, extents);
      for (std::size_t i = 0; i < array.bytes().size(); ++i) {
        array.bytes()[i] = static_cast<std::uint8_t>(i * 7 % 64);
      }
      write_npy(folder / "a.npy", array);
      EXPECT_EQ((read_file(folder / "a.npy").size() - array.bytes().size()) % 64, 0u);
      const Array back = read_npy(folder / "a.npy");
      EXPECT_EQ(back.dtype(), dtype);
      EXPECT_EQ(back.extents(), extents);
      EXPECT_TRUE(std::equal(array.bytes().begin(), array.bytes().end(), back.bytes().begin(),
                             back.bytes().end()));
    }
  }
}

TEST(Npy, WritesWhatNumpyWrites) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", Array::from(std::vector<float>{1.5f, -2, 3, 4, 5, 6.25f}, {2, 3}));
  EXPECT_EQ(read_file(folder / "a.npy"), from_hex(kNpyF4));
}

TEST(Npy, RefusesEveryTruncation) {
  expect_prefixes_are_refused(from_hex(kNpyF4), parse);
  expect_prefixes_are_refused(from_hex(kNpyV2Bool), parse);
}

TEST(Npy, SurvivesDamage) {
  expect_damage_is_survived(from_hex(kNpyF4), parse);
  expect_damage_is_survived(from_hex(kNpyF8Fortran), parse);
}

TEST(Npy, RefusesHostileSizes) {
  for (const char* shape :
       {"(9223372036854775807, 9223372036854775807)", "(4611686018427387904, 4)",
        "(0, 9223372036854775807, 3)", "(1099511627776,)"}) {
    EXPECT_THROW(parse(with_shape(shape, 24)), FileError) << shape;
  }
  for (const char* shape : {"(-1,)", "(99999999999999999999,)", "(2 3)", "(6", "6", "(6)", "[6]",
                            "(6,,)", "(0x6,)", "(6.0,)", "(,)"}) {
    EXPECT_THROW(parse(with_shape(shape, 24)), FileError) << shape;
  }
  EXPECT_EQ(parse(with_shape("(6,)", 24)).size(), 6);
  Bytes long_header = from_hex(kNpyV2Bool);
  long_header[8] = long_header[9] = long_header[10] = long_header[11] = 0xff;
  EXPECT_EQ(message_of<FileError>([&] { parse(long_header); }),
            "x.npy: a npy header of 4294967295 bytes; at most 65536 are read");
}

TEST(Npy, SaysWhatIsWrong) {
  EXPECT_EQ(message_of<FileError>([] { parse(with_shape("(60000, 784)", 1200)); }),
            "x.npy: header says shape (60000, 784) (188160000 bytes) but the file holds 1200 bytes "
            "of data; is the file complete?");
  EXPECT_EQ(message_of<FileError>([] { parse(with_shape("(2,)", 9)); }),
            "x.npy: header says shape (2) (8 bytes) but the file holds 9 bytes of data; expected "
            "one array and nothing after it");
  EXPECT_EQ(message_of<FileError>([] { parse(from_text("PK\3\4 a zip archive")); }),
            "x.npy: expected a npy file, found other bytes; write it with numpy.save");
  EXPECT_EQ(message_of<FileError>([] { parse(from_hex(kNpyText)); }),
            "x.npy: elements of type '<U2'; expected numbers (bool, int, uint, float16, float32 or "
            "float64), so convert with X.astype('float32')");
  EXPECT_EQ(message_of<FileError>([] { parse(from_hex(kNpyRecord)); }),
            "x.npy: holds records with named fields; expected one array of numbers");
}

TEST(NpyHeader, AcceptsAnyOrderAndQuotes) {
  const NpyHeader header =
      parse_npy_header("{\"shape\": (), \"descr\": '|u1','fortran_order':True}", "x");
  EXPECT_EQ(header.kind, 'u');
  EXPECT_EQ(header.element_bytes, 1u);
  EXPECT_TRUE(header.fortran_order);
  EXPECT_TRUE(header.extents.empty());
}

TEST(NpyHeader, RefusesAnythingElse) {
  for (const char* text :
       {"", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'extra': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}"}) {
    EXPECT_THROW(parse_npy_header(text, "x"), FileError) << text;
  }
}

}  // namespace
}  // namespace elbo
