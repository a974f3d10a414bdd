#include "elbo/data/idx.h"

#include "elbo/base/file.h"
#include "elbo/io/gzip.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

// idx2numpy 1.2.3 (Python): convert_to_string of
// np.array([[[1, 2, 3], [4, 5, 255]], [[254, 253, 252], [251, 250, 249]]], 'u1')
constexpr const char* kImages = "000008030000000200000002000000030102030405fffefdfcfbfaf9";
// np.array([7, 3], 'u1')
constexpr const char* kLabels = "00000801000000020703";
// np.array([500, -2], 'i4')
constexpr const char* kIntegers = "00000c0100000002000001f4fffffffe";
// np.array([[1.5, -2]], 'f4')
constexpr const char* kFloats = "00000d0200000001000000023fc00000c0000000";

Array parse(const Bytes& bytes) {
  return parse_idx(bytes, "x-idx");
}

Bytes with_header(const char* hex, std::size_t data_bytes) {
  Bytes bytes = from_hex(hex);
  bytes.resize(bytes.size() + data_bytes);
  return bytes;
}

TEST(Idx, ReadsBytesIntegersAndFloats) {
  const Array images = parse(from_hex(kImages));
  EXPECT_EQ(images.extents(), (Extents{2, 2, 3}));
  EXPECT_EQ(images.values<std::uint8_t>()[5], 0xff);
  const Array floats = parse(from_hex(kFloats));
  EXPECT_EQ(floats.extents(), (Extents{1, 2}));
  EXPECT_EQ(floats.values<float>()[1], -2.0f);
  const Array integers = parse(from_hex(kIntegers));
  EXPECT_EQ(integers.values<std::int32_t>()[0], 500);
  EXPECT_EQ(integers.values<std::int32_t>()[1], -2);
}

TEST(Idx, RefusesEveryTruncation) {
  for (const char* hex : {kImages, kLabels, kIntegers, kFloats}) {
    expect_prefixes_are_refused(from_hex(hex), parse);
  }
}

TEST(Idx, SurvivesDamage) {
  for (const char* hex : {kImages, kLabels, kIntegers, kFloats}) {
    expect_damage_is_survived(from_hex(hex), parse);
  }
}

TEST(Idx, SaysWhatIsWrong) {
  EXPECT_EQ(message_of<FileError>([] { parse({}); }),
            "x-idx: the file is empty; is the download complete?");
  EXPECT_EQ(
      message_of<FileError>([] { parse(with_header("000008030000ea600000001c0000001c", 1184)); }),
      "x-idx: header says 60000 images (47040016 bytes) but the file holds 1200 bytes; is the "
      "download complete?");
  EXPECT_EQ(message_of<FileError>([] { parse(with_header("0000080100000002", 5)); }),
            "x-idx: header says 2 values (10 bytes) but the file holds 13 bytes; is it damaged?");
  EXPECT_EQ(message_of<FileError>([] { parse(from_text("<html>not found</html>")); }),
            "x-idx: expected an IDX file (first bytes 00 00), found 3c 68");
  EXPECT_EQ(message_of<FileError>([] { parse(from_hex("0000420100000000")); }),
            "x-idx: expected an IDX file, found element type 0x42, which none has");
  EXPECT_EQ(message_of<FileError>([] { parse(from_hex("00000e0100000000")); }),
            "x-idx: IDX element type 0x0e; read are 0x08 (bytes), 0x0c (32-bit integers) and 0x0d "
            "(32-bit floats)");
  EXPECT_EQ(message_of<FileError>([] { parse(from_hex("0000080900000000")); }),
            "x-idx: 9 axes in an IDX file; 1 to 4 are read");
}

TEST(Idx, RefusesHostileSizes) {
  EXPECT_EQ(message_of<FileError>(
                [] { parse(with_header("00000804ffffffffffffffffffffffffffffffff", 8)); }),
            "x-idx: header says shape (4294967295, 4294967295, 4294967295, 4294967295), too large "
            "for any memory; is the file damaged?");
  EXPECT_THROW(parse(with_header("00000803ffffffff0000ffff00000001", 8)), FileError);
  EXPECT_THROW(parse(with_header("0000080400000000ffffffffffffffffffffffff", 0)), FileError);
}

class LoadIdx : public testing::Test {
 protected:
  Dataset load(const Bytes& images, const Bytes& labels) {
    write_file(folder_ / "images", images);
    write_file(folder_ / "labels", labels);
    return load_idx(folder_ / "images", folder_ / "labels");
  }
  template <typename E>
  std::string message(const Bytes& images, const Bytes& labels) {
    return folder_.shorten(message_of<E>([&] { load(images, labels); }));
  }
  TemporaryFolder folder_;
};

TEST_F(LoadIdx, JoinsImagesAndLabels) {
  for (const bool packed : {false, true}) {
    const Bytes images = from_hex(kImages);
    const Dataset set = load(packed ? gzip_compress(images) : images, from_hex(kLabels));
    EXPECT_EQ(set.count(), 2);
    EXPECT_EQ(set.examples.extents(), (Extents{2, 6}));
    EXPECT_EQ(set.examples.dtype(), DType::u8);
    EXPECT_EQ(set.example, (ExampleShape{2, 3, 1}));
    EXPECT_EQ(set.labels->values<std::int32_t>()[0], 7);
    EXPECT_EQ(set.class_count(), 8);
    EXPECT_EQ(set.class_names[7], "7");
  }
}

TEST_F(LoadIdx, TakesVectorsColourAndNoLabels) {
  write_file(folder_ / "v", from_hex(kFloats));
  const Dataset vectors = load_idx(folder_ / "v", std::nullopt);
  EXPECT_EQ(vectors.example, (ExampleShape{1, 1, 2}));
  EXPECT_FALSE(vectors.example.is_image());
  EXPECT_FALSE(vectors.labels);
  write_file(folder_ / "c", with_header("0000080400000001000000020000000200000003", 12));
  EXPECT_EQ(load_idx(folder_ / "c", std::nullopt).example, (ExampleShape{2, 2, 3}));
}

TEST_F(LoadIdx, SaysWhatDoesNotFit) {
  const Bytes images = from_hex(kImages), labels = from_hex(kLabels);
  EXPECT_EQ(message<DataError>(images, from_hex("0000080100000001ff")),
            "D/labels: holds 1 labels but D/images holds 2 images; do the files belong together?");
  EXPECT_EQ(message<DataError>(with_header("0000080300000000"
                                           "0000001c0000001c",
                                           0),
                               labels),
            "D/images: holds no examples: its shape is (0, 28, 28)");
  EXPECT_EQ(message<DataError>(labels, images),
            "D/images: shape (2); expected images; are these the labels?");
  EXPECT_EQ(
      message<DataError>(images, images),
      "D/labels: shape (2, 2, 3); expected one label an image, shape (N); are these the images?");
  EXPECT_EQ(message<DataError>(images, from_hex("00000c010000000200000001ffffffff")),
            "D/labels: label 1 (counted from 0) is -1; expected 0 to 9999");
  EXPECT_EQ(message<DataError>(from_hex("00000d020000000100000002"
                                        "3fc000007fc00000"),
                               labels),
            "D/images: row 0, column 1 (counted from 0) is nan; expected finite numbers that fit "
            "32-bit floats; replace or remove it");
  Bytes cut = gzip_compress(images);
  cut.resize(cut.size() - 9);
  EXPECT_NE(message<FileError>(cut, labels).find("D/images: the compressed data breaks off"),
            std::string::npos);
}

}  // namespace
}  // namespace elbo
