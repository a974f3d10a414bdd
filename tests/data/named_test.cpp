// The real sets never enter the repository, so these tests read and download small files of their
// own through the same functions, and of the real names only what goes wrong with them.
#include "elbo/data/named.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <sstream>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/data/sha256.h"
#include "elbo/data/verified.h"
#include "elbo/io/gzip.h"
#include "tests/data/local_server.h"
#include "tests/data/scratch.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

std::vector<std::uint8_t> content(std::size_t header, std::size_t size, int step) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < header + size; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<int>(i) * step % 10));
  }
  return bytes;
}

KnownFile known(const std::string& name, const std::vector<std::uint8_t>& bytes,
                std::int64_t header, std::int64_t count, std::int64_t row) {
  return {name, sha256_hex(bytes), header, count, row};
}

std::size_t files_below(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) return 0;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file();
  }
  return count;
}

/// Makes the stamp of `file` say that its present state was checked.
void restamp(const std::filesystem::path& stamps, const std::filesystem::path& file) {
  for (const auto& stamp : std::filesystem::directory_iterator(stamps)) {
    std::istringstream lines(read_text_file(stamp.path()));
    std::string path, state, checksum;
    std::getline(lines, path);
    std::getline(lines, state);
    std::getline(lines, checksum);
    if (path != file.string()) continue;
    struct stat now = {};
    ASSERT_EQ(::stat(file.c_str(), &now), 0);
    write_text_file(stamp.path(),
                    fmt::format("{}\n{} {} {} {}{:09} {}{:09}\n{}\n", path, now.st_dev, now.st_ino,
                                now.st_size, now.st_mtim.tv_sec, now.st_mtim.tv_nsec,
                                now.st_ctim.tv_sec, now.st_ctim.tv_nsec, checksum));
    return;
  }
  FAIL() << "no stamp for " << file;
}

class Named : public testing::Test {
 protected:
  Named() {
    for (const NamedSplit* split : {&set_.train, &set_.test}) {
      bytes_[split->images.name] = images_;
      bytes_[split->labels.name] = labels_;
    }
    options_.data_dir = folder_ / "mine";
  }
  void put(const std::filesystem::path& folder) {
    make_directory(folder / "tiny");
    for (const auto& [name, bytes] : bytes_) {
      write_file(folder / "tiny" / (name + ".gz"), gzip_compress(bytes));
    }
  }

  TemporaryFolder folder_;
  ScopedVariable cache_{"XDG_CACHE_HOME", (folder_ / "cache").c_str()};
  ScopedVariable data_{"ELBO_DATA", nullptr};
  ScopedVariable mirror_{"ELBO_MIRROR", nullptr};
  ScopedVariable no_proxy_{"no_proxy", "127.0.0.1"};
  std::vector<std::uint8_t> images_ = content(16, 5 * 6, 7);
  std::vector<std::uint8_t> labels_ = content(8, 5, 3);
  NamedSet set_ = {
      "tiny",
      {2, 3, 1},
      {known("train-images", images_, 16, 5, 6), known("train-labels", labels_, 8, 5, 1)},
      {known("t10k-images", images_, 16, 5, 6), known("t10k-labels", labels_, 8, 5, 1)},
      {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"},
      {}};
  std::map<std::string, std::vector<std::uint8_t>> bytes_;
  DataOptions options_;
};

TEST_F(Named, LoadsImagesAndLabels) {
  put(options_.data_dir);
  const Dataset data = load_named_set(set_, "train", 100, options_);
  EXPECT_EQ(data.spec, "tiny:train");
  EXPECT_EQ(data.examples.extents(), (Extents{5, 6}));
  EXPECT_EQ(data.example, (ExampleShape{2, 3, 1}));
  EXPECT_EQ(data.class_count(), 10);
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(data.examples.row<std::uint8_t>(i)[1], images_[static_cast<std::size_t>(17 + 6 * i)]);
    EXPECT_EQ(data.labels->values<std::int32_t>()[static_cast<std::size_t>(i)],
              labels_[static_cast<std::size_t>(8 + i)]);
  }
  EXPECT_EQ(load_named_set(set_, "test", 2, options_).count(), 2);
}

TEST_F(Named, LooksInEachFolderInTurn) {
  const ScopedVariable data("ELBO_DATA", (folder_ / "env").c_str());
  EXPECT_EQ(data_folders(options_),
            (std::vector<std::filesystem::path>{folder_ / "mine", folder_ / "env", "data",
                                                folder_ / "cache/elbo"}));
  const KnownFile& file = set_.train.images;
  EXPECT_EQ(find_known_file(set_, file, options_), std::nullopt);
  put(folder_ / "cache/elbo");
  EXPECT_EQ(find_known_file(set_, file, options_), folder_ / "cache/elbo/tiny/train-images.gz");
  put(folder_ / "env");
  EXPECT_EQ(find_known_file(set_, file, options_), folder_ / "env/tiny/train-images.gz");
  make_directory(folder_ / "mine/tiny");
  write_file(folder_ / "mine/tiny/train-images", images_);
  EXPECT_EQ(find_known_file(set_, file, options_), folder_ / "mine/tiny/train-images");
}

TEST_F(Named, SecondLoadReadsTheUnpackedBytes) {
  put(options_.data_dir);
  load_named_set(set_, "train", 100, options_);
  const auto unpacked = folder_ / "cache/elbo/unpacked" / set_.train.images.sha256;
  ASSERT_EQ(read_file(unpacked), images_);
  EXPECT_EQ(files_below(folder_ / "cache/elbo/verified"), 4u);
  // Proof that the copy is read: another byte in it, under a forged stamp, shows.
  std::vector<std::uint8_t> other = images_;
  other[16] = 99;
  write_file(unpacked, other);
  restamp(folder_ / "cache/elbo/verified", unpacked);
  const Dataset again = load_named_set(set_, "train", 3, options_);
  EXPECT_EQ(again.count(), 3);
  EXPECT_EQ(again.examples.row<std::uint8_t>(0)[0], 99);
  EXPECT_EQ(again.examples.row<std::uint8_t>(2)[5], images_[16 + 17]);
}

TEST_F(Named, PlainFilesNeedNoCopy) {
  make_directory(folder_ / "mine/tiny");
  for (const auto& [name, bytes] : bytes_) write_file(folder_ / "mine/tiny" / name, bytes);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(load_named_set(set_, "train", 100, options_).examples.row<std::uint8_t>(0)[0],
              images_[16]);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cache/elbo/unpacked"));
}

TEST_F(Named, NoticesAFileThatChangedAfterItsCheck) {
  put(options_.data_dir);
  load_named_set(set_, "train", 100, options_);
  const auto file = folder_ / "mine/tiny/train-images.gz";
  const auto time = std::filesystem::last_write_time(file);
  std::vector<std::uint8_t> packed = read_file(file);
  std::vector<std::uint8_t> other = images_;
  other[20] ^= 1;
  write_file(file, gzip_compress(other));
  std::filesystem::last_write_time(file, time);  // Even when its time is put back.
  EXPECT_THROW(load_named_set(set_, "train", 100, options_), DataError);
  write_file(file, packed);
  EXPECT_EQ(load_named_set(set_, "train", 100, options_).count(), 5);
}

TEST_F(Named, DoesNotTrustAnUnpackedCopyThatChanged) {
  put(options_.data_dir);
  load_named_set(set_, "train", 100, options_);
  const auto unpacked = folder_ / "cache/elbo/unpacked" / set_.train.images.sha256;
  std::vector<std::uint8_t> other = images_;
  other[16] ^= 1;
  write_file(unpacked, other);
  EXPECT_EQ(load_named_set(set_, "train", 1, options_).examples.row<std::uint8_t>(0)[0],
            images_[16]);
  EXPECT_EQ(read_file(unpacked), images_);  // and it is put right
}

TEST_F(Named, SaysWhichFileIsWrong) {
  put(options_.data_dir);
  std::vector<std::uint8_t> other = images_;
  other[20] ^= 1;
  const auto file = folder_ / "mine/tiny/train-images.gz";
  write_file(file, gzip_compress(other));
  const std::string message =
      message_of<DataError>([&] { load_named_set(set_, "train", 1, options_); });
  EXPECT_EQ(message.rfind(file.string() + ": expected 46 bytes with SHA-256 ", 0), 0u) << message;
  EXPECT_NE(message.find(set_.train.images.sha256), std::string::npos) << message;
  EXPECT_NE(message.find(sha256_hex(other)), std::string::npos) << message;
  EXPECT_NE(message.find("move it away"), std::string::npos) << message;
}

TEST_F(Named, SaysWhichFileIsCutShort) {
  put(options_.data_dir);
  const auto file = folder_ / "mine/tiny/train-images.gz";
  std::vector<std::uint8_t> packed = read_file(file);
  packed.erase(packed.end() - 5, packed.end());
  write_file(file, packed);
  const std::string message =
      message_of<FileError>([&] { load_named_set(set_, "train", 1, options_); });
  EXPECT_NE(message.find(file.string()), std::string::npos) << message;
}

TEST_F(Named, WorksWithoutACache) {
  put(options_.data_dir);
  write_text_file(folder_ / "cache", "in the way");  // no cache can be made
  EXPECT_EQ(load_named_set(set_, "train", 100, options_).count(), 5);
  const ScopedVariable cache("XDG_CACHE_HOME", nullptr);
  const ScopedVariable home("HOME", nullptr);
  EXPECT_TRUE(user_cache_dir().empty());
  EXPECT_EQ(load_named_set(set_, "train", 100, options_).count(), 5);
}

TEST_F(Named, FindsTheCacheFolder) {
  EXPECT_EQ(user_cache_dir(), folder_ / "cache/elbo");
  const ScopedVariable home("HOME", "/home/somebody");
  const ScopedVariable relative("XDG_CACHE_HOME", "relative/path");
  EXPECT_EQ(user_cache_dir(), "/home/somebody/.cache/elbo");
}

TEST_F(Named, DownloadsFromTheMirrorAndThenNeverAgain) {
  LocalServer server;
  for (const auto& [name, bytes] : bytes_) {
    const auto packed = gzip_compress(bytes);
    server.serve("/base/tiny/" + name + ".gz", {packed.begin(), packed.end()});
  }
  const ScopedVariable mirror("ELBO_MIRROR", server.url("/base").c_str());
  EXPECT_EQ(load_named_set(set_, "train", 100, options_).count(), 5);
  EXPECT_EQ(server.seen().size(), 2u);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "cache/elbo/tiny/train-images.gz"));
  EXPECT_EQ(load_named_set(set_, "train", 100, options_).count(), 5);
  EXPECT_EQ(server.seen().size(), 2u);
}

TEST_F(Named, TriesItsMirrorsInTurn) {
  LocalServer server;
  for (const auto& [name, bytes] : bytes_) {
    const auto packed = gzip_compress(bytes);
    server.serve("/second/" + name + ".gz", {packed.begin(), packed.end()});
  }
  set_.mirrors = {server.url("/first/"), server.url("/second/")};
  EXPECT_EQ(load_named_set(set_, "test", 100, options_).count(), 5);
  EXPECT_EQ(server.seen().size(), 4u);
}

TEST_F(Named, RefusesADownloadWithTheWrongChecksum) {
  LocalServer server;
  const auto packed = gzip_compress(labels_);
  server.serve("/tiny/train-images.gz", {packed.begin(), packed.end()});
  const ScopedVariable mirror("ELBO_MIRROR", server.url("/").c_str());
  const std::string message =
      message_of<NetworkError>([&] { load_named_set(set_, "train", 1, options_); });
  EXPECT_NE(message.find("expected 46 bytes with SHA-256"), std::string::npos) << message;
  EXPECT_EQ(files_below(folder_ / "cache/elbo"), 0u);
}

TEST_F(Named, SaysHowToGoOnWithoutANetwork) {
  const ScopedVariable mirror("ELBO_MIRROR", "http://127.0.0.1:1");
  std::string message =
      message_of<NetworkError>([&] { load_named_set(set_, "train", 1, options_); });
  EXPECT_NE(message.find("http://127.0.0.1:1/tiny/train-images.gz"), std::string::npos) << message;
  EXPECT_NE(message.find("without a network, put train-images.gz"), std::string::npos) << message;
  EXPECT_NE(message.find((folder_ / "mine/tiny").string()), std::string::npos) << message;
  EXPECT_NE(message.find("use 'strokes'"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
  options_.download = false;
  message = message_of<FileError>([&] { load_named_set(set_, "train", 1, options_); });
  EXPECT_NE(message.find("downloading is turned off"), std::string::npos) << message;
}

TEST_F(Named, FetchKnowsItsNames) {
  const std::string message = message_of<UsageError>([&] { fetch_named_set("mnits", options_); });
  EXPECT_NE(message.find("did you mean 'mnist'?"), std::string::npos) << message;
}

TEST_F(Named, TableIsWellFormed) {
  ASSERT_EQ(named_sets().size(), 2u);
  for (const NamedSet& set : named_sets()) {
    EXPECT_EQ(set.class_names.size(), 10u);
    for (const NamedSplit* split : {&set.train, &set.test}) {
      EXPECT_EQ(split->images.row_bytes, set.example.size());
      EXPECT_EQ(split->images.count, split->labels.count);
      for (const KnownFile* file : {&split->images, &split->labels}) {
        EXPECT_EQ(file->sha256.size(), 64u);
        EXPECT_EQ(file->sha256.find_first_not_of("0123456789abcdef"), std::string::npos);
      }
    }
    for (const std::string& mirror : set.mirrors) EXPECT_EQ(mirror.back(), '/');
  }
  EXPECT_EQ(named_sets()[0].train.images.size_bytes(), 47040016);
  EXPECT_EQ(named_sets()[1].class_names[9], "Ankle boot");
}

}  // namespace
}  // namespace elbo
