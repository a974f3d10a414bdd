#include "elbo/io/png.h"

#include "elbo/base/file.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

// All written by Pillow 13, Image.fromarray(np.array(..., 'u1'), MODE).save(f, 'PNG'):
// mode L, [[0, 128, 255], [10, 20, 30]]
constexpr const char* kPngGrey =
    "89504e470d0a1a0a0000000d4948445200000003000000020800000000b81f39c60000001049444154789c63"
    "6068f8cfc8c5c505000843019fb28314050000000049454e44ae426082";
// mode RGB, [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [1, 2, 3]]]
constexpr const char* kPngRgb =
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a730000001649444154789c63"
    "f8cfc0c0f09f818181e13f2313330019fe0304c54875bc0000000049454e44ae426082";
// mode RGBA, [[[255, 0, 0, 255], [0, 255, 0, 128], [9, 9, 9, 0]]]
constexpr const char* kPngRgba =
    "89504e470d0a1a0a0000000d49484452000000030000000108060000001be014b40000001549444154789c63"
    "f8cfc0f09fe13f430327272703001ec20399d87bf5820000000049454e44ae426082";
// the mode RGB picture after .quantize(4)
constexpr const char* kPngPalette =
    "89504e470d0a1a0a0000000d49484452000000020000000202030000000fd8e5b70000000c504c544500ff00"
    "010203ff00000000ff82a2e9de0000000c49444154789c636860b8000002540151612651e10000000049454e"
    "44ae426082";
// 16 bits, [[0x1234, 0xff00]]
constexpr const char* kPng16 =
    "89504e470d0a1a0a0000000d494844520000000200000001100000000081d9fc150000000d49444154789c63"
    "1032f9cf000002e701467ffb8c420000000049454e44ae426082";
// mode 1, [[0, 1, 1]]
constexpr const char* kPngBits1 =
    "89504e470d0a1a0a0000000d4948445200000003000000010100000000339b29190000000a49444154789c63"
    "48000000620061b19879f20000000049454e44ae426082";
// mode LA, [[[100, 255], [0, 0]]]
constexpr const char* kPngGreyAlpha =
    "89504e470d0a1a0a0000000d49484452000000020000000108040000005e2bb7010000000d49444154789c63"
    "48f9cfc0000004920164f87149fb0000000049454e44ae426082";

// The mode L picture interlaced (Adam7): made by hand with Python's zlib, read back by Pillow.
constexpr const char* kPngInterlaced =
    "89504e470d0a1a0a0000000d4948445200000003000000020800000001cf1809500000001249444154789c63"
    "6060f8cfd0c0c02522070009e701bca66d30b90000000049454e44ae426082";

Array decode(const Bytes& bytes) {
  return decode_png(bytes, "x.png");
}

Bytes pixels_of(const Array& image) {
  return {image.bytes().begin(), image.bytes().end()};
}

TEST(Png, ReadsGreyAndColourThatPillowWrote) {
  const Array grey = decode(from_hex(kPngGrey));
  EXPECT_EQ(grey.extents(), (Extents{2, 3, 1}));
  EXPECT_EQ(pixels_of(grey), (Bytes{0, 128, 255, 10, 20, 30}));
  EXPECT_EQ(pixels_of(decode(from_hex(kPngInterlaced))), pixels_of(grey));
  const Bytes colours = {255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3};
  const Array colour = decode(from_hex(kPngRgb));
  EXPECT_EQ(colour.extents(), (Extents{2, 2, 3}));
  EXPECT_EQ(pixels_of(colour), colours);
  EXPECT_EQ(pixels_of(decode(from_hex(kPngPalette))), colours);
}

TEST(Png, ReadsOtherDepths) {
  EXPECT_EQ(pixels_of(decode(from_hex(kPng16))), (Bytes{0x12, 0xff}));
  const Array bits = decode(from_hex(kPngBits1));
  EXPECT_EQ(bits.extents(), (Extents{1, 3, 1}));
  EXPECT_EQ(pixels_of(bits), (Bytes{0, 255, 255}));
}

TEST(Png, LaysTransparencyOnWhite) {
  // 128/255 of green over white leaves 127 of red and blue; a fully clear pixel is white.
  EXPECT_EQ(pixels_of(decode(from_hex(kPngRgba))),
            (Bytes{255, 0, 0, 127, 255, 127, 255, 255, 255}));
  const Array grey = decode(from_hex(kPngGreyAlpha));
  EXPECT_EQ(grey.extents(), (Extents{1, 2, 1}));
  EXPECT_EQ(pixels_of(grey), (Bytes{100, 255}));
}

TEST(Png, RoundTrips) {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    Bytes pixels(static_cast<std::size_t>(37 * 19 * channels));
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      pixels[i] = static_cast<std::uint8_t>(i * i / 3);
    }
    write_png(folder / "x.png", 37, 19, channels, pixels);
    const Array image = read_png(folder / "x.png");
    EXPECT_EQ(image.extents(), (Extents{19, 37, channels}));
    EXPECT_EQ(pixels_of(image), pixels);
    EXPECT_EQ(read_file(folder / "x.png"), encode_png(37, 19, channels, pixels));
  }
}

TEST(Png, RefusesEveryTruncation) {
  expect_prefixes_are_refused(from_hex(kPngGrey), decode);
  expect_prefixes_are_refused(from_hex(kPngPalette), decode);
}

TEST(Png, SurvivesDamage) {
  for (const char* hex : {kPngGrey, kPngPalette, kPngRgba}) {
    expect_damage_is_survived(from_hex(hex), decode);
  }
}

/// kPngGrey with another width and height, its header's checksum made right by hand (zlib.crc32).
Bytes claiming(const char* width, const char* height, const char* crc) {
  std::string hex = kPngGrey;
  hex.replace(32, 8, width).replace(40, 8, height).replace(58, 8, crc);
  return from_hex(hex);
}

TEST(Png, RefusesHostileSizes) {
  EXPECT_EQ(
      message_of<FileError>([] { decode(claiming("00001f40", "00001f40", "239af228")); }),
      "x.png: header says 8000 x 8000 pixels but the file holds only 73 bytes; is it damaged?");
  EXPECT_EQ(message_of<FileError>([] { decode(claiming("00008000", "00008000", "e117fca3")); }),
            "x.png: 32768 x 32768 pixels are more than the 67108864 that are read at most");
  EXPECT_EQ(message_of<FileError>([] { decode(claiming("7fffffff", "00000001", "855d6c01")); }),
            "x.png: can't be read as PNG: image width exceeds user limit");
}

TEST(Png, SaysWhatIsWrong) {
  EXPECT_EQ(message_of<FileError>([] { decode({}); }),
            "x.png: expected a PNG picture, found an empty file");
  EXPECT_EQ(message_of<FileError>([] { decode(from_text("GIF89a, a picture of another kind")); }),
            "x.png: can't be read as PNG: invalid signature");
  Bytes cut = from_hex(kPngGrey);
  cut.resize(50);
  EXPECT_EQ(message_of<FileError>([&] { decode(cut); }),
            "x.png: the picture breaks off after 50 bytes; is the file complete?");
}

}  // namespace
}  // namespace elbo
