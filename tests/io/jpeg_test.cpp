#include "elbo/io/jpeg.h"

#include "tests/io/format_support.h"

namespace elbo {
namespace {

// Written by Pillow 13. y, x = np.mgrid[0:8, 0:8];
// Image.fromarray((16 * y + 16 * x).astype('u1')).save(f, 'JPEG', quality=95, optimize=True)
constexpr const char* kJpegGrey =
    "ffd8ffe000104a46494600010100000100010000ffdb00430002010101010102010101020202020204030202"
    "02020504040304060506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a"
    "0affc0000b080008000801011100ffc40014000100000000000000000000000000000007ffc4001910000105"
    "00000000000000000000000000090025344352ffda0008010100003f003f1b636e03066a5fffd9";
// the same with quality=95, progressive=True
constexpr const char* kJpegProgressive =
    "ffd8ffe000104a46494600010100000100010000ffdb00430002010101010102010101020202020204030202"
    "02020504040304060506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a"
    "0affc2000b080008000801011100ffc40014000100000000000000000000000000000006ffda000801010000"
    "00013fffc4001510010100000000000000000000000000000700ffda00080101000105023636bfffc4001710"
    "00030100000000000000000000000000000223a1ffda0008010100063f024861ffc400151001010000000000"
    "00000000000000000000a1ffda0008010100013f21867fffda00080101000000107fffc40014100100000000"
    "000000000000000000000000ffda0008010100013f101bffd9";
// Image.new('RGB', (8, 8), (200, 100, 50)).save(f, 'JPEG', quality=90, optimize=True,
// subsampling=0)
constexpr const char* kJpegRgb =
    "ffd8ffe000104a46494600010100000100010000ffdb00430003020203020203030303040303040508050504"
    "04050a070706080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f1718161418121415"
    "14ffdb00430103040405040509050509140d0b0d141414141414141414141414141414141414141414141414"
    "1414141414141414141414141414141414141414141414141414ffc000110800080008030111000211010311"
    "01ffc40014000100000000000000000000000000000004ffc400141001000000000000000000000000000000"
    "00ffc4001501010100000000000000000000000000000708ffc4001411010000000000000000000000000000"
    "0000ffda000c03010002110311003f00203d483fffd9";
// Image.new('CMYK', (8, 8), (1, 2, 3, 4)).save(f, 'JPEG', quality=50, optimize=True)
constexpr const char* kJpegCmyk =
    "ffd8ffee000e41646f626500640000000000ffdb004300100b0c0e0c0a100e0d0e1211101318281a18161618"
    "3123251d283a333d3c3933383740485c4e404457453738506d51575f626768673e4d71797064785c656763ff"
    "c000140800080008044311004d11005911004b1100ffc40014000100000000000000000000000000000006ff"
    "c40014100100000000000000000000000000000000ffda000e0443004d0059004b00003f007e7e7c7cffd9";

Array decode(const Bytes& bytes) {
  return decode_jpeg(bytes, "x.jpg");
}

TEST(Jpeg, ReadsGreyThatPillowWrote) {
  for (const char* hex : {kJpegGrey, kJpegProgressive}) {
    const Array image = decode(from_hex(hex));
    ASSERT_EQ(image.extents(), (Extents{8, 8, 1}));
    // Row 3 as Pillow reads it back; decoders may differ by one.
    const std::vector<int> expected = {48, 63, 80, 95, 112, 127, 144, 159};
    for (std::size_t x = 0; x < 8; ++x) {
      EXPECT_NEAR(image.bytes()[3 * 8 + x], expected[x], 1) << x;
    }
  }
}

TEST(Jpeg, ReadsColourThatPillowWrote) {
  const Array image = decode(from_hex(kJpegRgb));
  ASSERT_EQ(image.extents(), (Extents{8, 8, 3}));
  for (std::size_t i = 0; i < 8 * 8; ++i) {
    EXPECT_NEAR(image.bytes()[3 * i], 200, 1);
    EXPECT_NEAR(image.bytes()[3 * i + 1], 100, 1);
    EXPECT_NEAR(image.bytes()[3 * i + 2], 50, 1);
  }
}

TEST(Jpeg, RefusesEveryTruncation) {
  for (const char* hex : {kJpegGrey, kJpegProgressive, kJpegRgb}) {
    expect_prefixes_are_refused(from_hex(hex), decode);
  }
}

TEST(Jpeg, SurvivesDamage) {
  for (const char* hex : {kJpegGrey, kJpegProgressive, kJpegRgb}) {
    expect_damage_is_survived(from_hex(hex), decode);
  }
}

/// kJpegGrey with another height and width in its frame header.
Bytes claiming(const char* height, const char* width) {
  std::string hex = kJpegGrey;
  const std::size_t frame = hex.find("ffc0000b08") + 10;
  hex.replace(frame, 4, height).replace(frame + 4, 4, width);
  return from_hex(hex);
}

TEST(Jpeg, RefusesHostileSizes) {
  EXPECT_EQ(message_of<FileError>([] { decode(claiming("7fff", "7fff")); }),
            "x.jpg: 32767 x 32767 pixels are more than the 67108864 that are read at most");
  // 16 MiB of pixels out of a few bytes: refused once the data ends.
  EXPECT_THROW(decode(claiming("1000", "1000")), FileError);
  EXPECT_THROW(decode(claiming("0000", "0000")), FileError);
}

/// kJpegProgressive's first scan, then one empty scan for each coefficient from bit 1 up, and with
/// `refined` another for its lowest bit: 64 or 127 scans, all of them legal.
Bytes with_many_scans(bool refined) {
  const std::string hex = kJpegProgressive;
  const std::size_t second_scan = hex.find("ffc4", hex.find("ffda"));
  const std::size_t last_table = hex.rfind("ffc4");
  Bytes bytes = from_hex(hex.substr(0, second_scan) + hex.substr(last_table, 2 * 22));
  for (const int levels : {0x01, 0x10}) {
    if (levels == 0x10 && !refined) break;
    for (std::uint8_t coefficient = 1; coefficient < 64; ++coefficient) {
      const Bytes scan = {0xff, 0xda, 0,           8,           1,
                          1,    0,    coefficient, coefficient, static_cast<std::uint8_t>(levels),
                          0x7f};
      bytes.insert(bytes.end(), scan.begin(), scan.end());
    }
  }
  bytes.push_back(0xff);
  bytes.push_back(0xd9);
  return bytes;
}

TEST(Jpeg, StopsAtTooManyScans) {
  EXPECT_EQ(decode(with_many_scans(false)).extents(), (Extents{8, 8, 1}));
  EXPECT_EQ(message_of<FileError>([] { decode(with_many_scans(true)); }),
            "x.jpg: can't be read as JPEG: more than 100 scans");
}

TEST(Jpeg, SaysWhatIsWrong) {
  EXPECT_EQ(message_of<FileError>([] { decode({}); }),
            "x.jpg: expected a JPEG picture, found an empty file");
  EXPECT_EQ(message_of<FileError>([] { decode(from_text("GIF89a")); }),
            "x.jpg: can't be read as JPEG: Not a JPEG file: starts with 0x47 0x49");
  EXPECT_EQ(message_of<FileError>([] { decode(from_hex(kJpegCmyk)); }),
            "x.jpg: a JPEG of 4 colour components (CMYK?); expected grey or RGB; save it anew");
  Bytes cut = from_hex(kJpegGrey);
  cut.resize(cut.size() - 6);
  EXPECT_EQ(message_of<FileError>([&] { decode(cut); }),
            "x.jpg: the picture breaks off after 165 bytes; is the file complete?");
}

}  // namespace
}  // namespace elbo
