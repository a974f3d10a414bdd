#include "elbo/io/gzip.h"

#include "elbo/base/file.h"
#include "tests/io/format_support.h"

namespace elbo {
namespace {

// Python: gzip.compress(b'elbo elbo elbo\n', mtime=0)
constexpr const char* kGzip = "1f8b08000000000002034bcd49ca574885115c00f6e773be0f000000";

Bytes unpack(const Bytes& bytes) {
  return gunzip(bytes, "x.gz");
}

TEST(Gzip, ReadsWhatPythonWrote) {
  EXPECT_EQ(unpack(from_hex(kGzip)), from_text("elbo elbo elbo\n"));
}

TEST(Gzip, RoundTripsAcrossManyChunks) {
  Bytes bytes(1'000'003);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>((i * i) >> 7);
  }
  EXPECT_EQ(unpack(gzip_compress(bytes)), bytes);
  EXPECT_EQ(unpack(gzip_compress({})), Bytes{});
}

TEST(Gzip, JoinsConcatenatedMembersAndIgnoresZeroPadding) {
  Bytes two = gzip_compress(from_text("one "));
  const Bytes second = gzip_compress(from_text("two"));
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(unpack(two), from_text("one two"));
  two.insert(two.end(), 512, 0);
  EXPECT_EQ(unpack(two), from_text("one two"));
}

TEST(Gzip, RefusesEveryTruncation) {
  expect_prefixes_are_refused(from_hex(kGzip), unpack);
}

TEST(Gzip, SurvivesDamage) {
  expect_damage_is_survived(from_hex(kGzip), unpack);
  Bytes wrong_checksum = from_hex(kGzip);
  wrong_checksum[wrong_checksum.size() - 8] ^= 1;
  EXPECT_THROW(unpack(wrong_checksum), FileError);
}

TEST(Gzip, SaysWhatIsWrong) {
  Bytes cut = from_hex(kGzip);
  cut.resize(20);
  EXPECT_EQ(message_of<FileError>([&] { unpack(cut); }),
            "x.gz: the compressed data breaks off after 20 bytes; is the file complete?");
  Bytes trailing = from_hex(kGzip);
  trailing.push_back('x');
  EXPECT_EQ(message_of<FileError>([&] { unpack(trailing); }),
            "x.gz: 1 bytes that aren't gzip follow the compressed data; is it damaged?");
  EXPECT_EQ(message_of<FileError>([] { unpack(from_text("plain")); }),
            "x.gz: expected a gzip file, found other bytes");
}

TEST(Gzip, StopsABombAtTheLimit) {
  const Bytes bomb = gzip_compress(Bytes(10'000'000));
  EXPECT_EQ(gunzip(bomb, "bomb", 10'000'000).size(), 10'000'000u);
  EXPECT_THROW(gunzip(bomb, "bomb", 9'999'999), FileError);
  EXPECT_THROW(gunzip(bomb, "bomb", 0), FileError);
}

TEST(Gzip, ReadsFilesByContentNotByName) {
  const TemporaryFolder folder;
  write_file(folder / "plain.gz", from_text("plain"));
  write_file(folder / "packed", gzip_compress(from_text("packed")));
  write_file(folder / "empty", {});
  EXPECT_EQ(read_maybe_gzip(folder / "plain.gz"), from_text("plain"));
  EXPECT_EQ(read_maybe_gzip(folder / "packed"), from_text("packed"));
  EXPECT_EQ(read_maybe_gzip(folder / "empty"), Bytes{});
  EXPECT_THROW(read_maybe_gzip(folder / "absent"), FileError);
  EXPECT_THROW(read_maybe_gzip(folder / "plain.gz", 4), FileError);
}

}  // namespace
}  // namespace elbo
