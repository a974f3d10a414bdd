#include "elbo/data/images.h"

#include "elbo/base/file.h"
#include "elbo/io/png.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

// Pillow 13: an 8 x 8 grey JPEG, pixel (16 y + 16 x), quality=95, optimize=True
constexpr const char* kJpegGrey =
    "ffd8ffe000104a46494600010100000100010000ffdb00430002010101010102010101020202020204030202"
    "02020504040304060506060605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a"
    "0affc0000b080008000801011100ffc40014000100000000000000000000000000000007ffc4001910000105"
    "00000000000000000000000000090025344352ffda0008010100003f003f1b636e03066a5fffd9";

class LoadImages : public testing::Test {
 protected:
  /// A picture of one value throughout.
  void add_png(const std::string& name, int width, int height, int channels, int value) {
    make_directory((folder_ / name).parent_path());
    const Bytes pixels(static_cast<std::size_t>(width * height * channels),
                       static_cast<std::uint8_t>(value));
    write_png(folder_ / name, width, height, channels, pixels);
  }
  Dataset load() { return load_images(folder_.path()); }
  template <typename E>
  std::string message() {
    return folder_.shorten(message_of<E>([&] { load(); }));
  }
  TemporaryFolder folder_;
};

TEST_F(LoadImages, TakesSubfoldersForClasses) {
  add_png("dog/2.png", 3, 2, 1, 2);
  add_png("dog/1.PNG", 3, 2, 1, 1);
  add_png("cat/z.png", 3, 2, 1, 9);
  const Dataset set = load();
  EXPECT_EQ(set.example, (ExampleShape{2, 3, 1}));
  EXPECT_EQ(set.examples.dtype(), DType::u8);
  EXPECT_EQ(set.examples.extents(), (Extents{3, 6}));
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"cat", "dog"}));
  const std::vector<int> values = {9, 1, 2}, labels = {0, 1, 1};
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(set.examples.row<std::uint8_t>(i)[5], values[static_cast<std::size_t>(i)]);
    EXPECT_EQ(set.labels->row<std::int32_t>(i)[0], labels[static_cast<std::size_t>(i)]);
  }
}

TEST_F(LoadImages, HasNoLabelsWithoutSubfoldersAndReadsByContent) {
  add_png("a.png", 8, 8, 1, 7);
  write_file(folder_ / "b.jpeg", from_hex(kJpegGrey));
  add_png("c.png", 8, 8, 1, 5);
  std::filesystem::rename(folder_ / "c.png", folder_ / "c.jpg");
  const Dataset set = load();
  EXPECT_EQ(set.count(), 3);
  EXPECT_FALSE(set.labels);
  EXPECT_EQ(set.class_count(), 0);
  // JPEG decoders may differ by one.
  EXPECT_NEAR(set.examples.row<std::uint8_t>(1)[3 * 8], 48, 1);
  EXPECT_EQ(set.examples.row<std::uint8_t>(2)[0], 5);
}

TEST_F(LoadImages, PromotesGreyToColour) {
  add_png("a.png", 2, 1, 1, 7);
  add_png("b.png", 2, 1, 3, 8);
  write_png(folder_ / "c.png", 2, 1, 1, Bytes{1, 2});
  const Dataset set = load();
  EXPECT_EQ(set.example, (ExampleShape{1, 2, 3}));
  const Bytes expected = {7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 1, 1, 1, 2, 2, 2};
  EXPECT_EQ(Bytes(set.examples.bytes().begin(), set.examples.bytes().end()), expected);
}

TEST_F(LoadImages, CountsWhatItSkipsInOneWarning) {
  add_png("a.png", 1, 1, 1, 7);
  write_file(folder_ / ".hidden.png", {});
  write_file(folder_ / "notes.txt", {});
  make_directory(folder_ / ".git");
  testing::internal::CaptureStderr();
  EXPECT_EQ(load().count(), 1);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("skipped 3 entries, hidden or neither PNG nor JPEG"), text.npos) << text;
}

TEST_F(LoadImages, SaysWhatIsWrong) {
  EXPECT_EQ(message<DataError>(), "D: holds no PNG or JPEG pictures, and no class folders");
  add_png("a.png", 3, 2, 1, 0);
  add_png("b.png", 2, 2, 1, 0);
  EXPECT_EQ(message<DataError>(),
            "D/b.png is 2 x 2 pixels but D/a.png is 3 x 2; all pictures must have one size, so "
            "resize or crop them first");
  make_directory(folder_ / "cat");
  EXPECT_EQ(message<DataError>(),
            "D: holds both pictures (a.png) and class folders (cat); move one of them away");
  std::filesystem::remove(folder_ / "a.png");
  std::filesystem::remove(folder_ / "b.png");
  EXPECT_EQ(message<DataError>(),
            "D/cat: this class folder holds no PNG or JPEG pictures; fill or remove it");
  make_directory(folder_ / "cat/black");
  EXPECT_EQ(message<DataError>(),
            "D/cat: this class folder holds no PNG or JPEG pictures; its subfolders do not count: "
            "did you mean images:D/cat?");
}

TEST_F(LoadImages, NamesTheDamagedPicture) {
  add_png("a.png", 3, 2, 1, 0);
  write_file(folder_ / "b.png", {});
  EXPECT_EQ(message<FileError>(),
            "D/b.png: expected a PNG or JPEG picture, found an empty file; remove or convert it");
  Bytes cut = read_file(folder_ / "a.png");
  cut.resize(cut.size() - 14);
  write_file(folder_ / "b.png", cut);
  EXPECT_NE(message<FileError>().find("D/b.png: the picture breaks off after"), std::string::npos);
  EXPECT_THROW(load_images(folder_ / "absent"), FileError);
  EXPECT_THROW(load_images(folder_ / "a.png"), FileError);
}

}  // namespace
}  // namespace elbo
