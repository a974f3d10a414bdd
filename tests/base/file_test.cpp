#include "elbo/base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "elbo/base/error.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

std::size_t entries_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    count += entry.exists() ? 1 : 0;
  }
  return count;
}

/// For a child process: runs the body and ends, with the FileError's text on standard error.
[[noreturn]] void exit_with_file_error(const std::function<void()>& body) {
  try {
    body();
  } catch (const FileError& error) {
    std::fprintf(stderr, "FileError: %s\n", error.what());
    std::exit(7);
  }
  std::exit(0);
}

TEST(File, WhatAKilledWriterLeftIsRemoved) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_GT(child, 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const std::string gone = std::to_string(child), here = std::to_string(::getpid());
  const std::vector<std::string> kept = {"model.tmp" + here, "a.tmp",   "a.tmp" + gone + "x",
                                         "a.tmp0",           "a.tmp-3", ".tmp" + gone};
  for (const std::string& name : kept) write_text_file(folder / name, "x");
  write_text_file(folder / ("model.tmp" + gone), "x");
  std::filesystem::create_directory(folder / ("folder.tmp" + gone));
  remove_half_written(folder / "");
  EXPECT_EQ(entries_in(folder / ""), kept.size() + 1);
  EXPECT_FALSE(std::filesystem::exists(folder / ("model.tmp" + gone)));
  remove_half_written(folder / "nowhere");
}

TEST(File, ComesBackAsWritten) {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> bytes = {0, 255, 10, 13, 0};
  write_file(folder / "bytes", bytes);
  EXPECT_EQ(read_file(folder / "bytes"), bytes);
  write_text_file(folder / "bytes", "shorter");
  EXPECT_EQ(read_text_file(folder / "bytes"), "shorter");
  write_text_file(folder / "empty", "");
  EXPECT_EQ(read_text_file(folder / "empty"), "");
  EXPECT_EQ(entries_in(folder.path()), 2U);
}

TEST(File, ALinkStaysALink) {
  const TemporaryFolder folder;
  write_text_file(folder / "file", "old");
  std::filesystem::create_symlink("file", folder / "link");
  write_text_file(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_text_file(folder / "file"), "new");
  EXPECT_EQ(entries_in(folder.path()), 2U);
  EXPECT_TRUE(is_same_file(folder / "link", folder / "./file"));
  EXPECT_FALSE(is_same_file(folder / "link", folder / "other"));
  std::filesystem::create_symlink("circle", folder / "circle");
  EXPECT_THROW(write_text_file(folder / "circle", "lost"), FileError);
}

TEST(File, APipeStaysAPipe) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_text_file(pipe, "through");
  char text[16] = {};
  EXPECT_EQ(::read(reader, text, sizeof text), 7);
  EXPECT_STREQ(text, "through");
  ::close(reader);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(File, ReadsWhatHasNoSize) {
  EXPECT_FALSE(read_text_file("/proc/self/status").empty());
}

TEST(File, ReadingFailsWithTheReason) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_file(folder / "missing"), FileError);
  EXPECT_THROW(read_file(folder.path()), FileError);
  write_text_file(folder / "large", std::string(1000, 'x'));
  EXPECT_EQ(read_file(folder / "large", 1000).size(), 1000U);
  EXPECT_THROW(read_file(folder / "large", 999), FileError);
}

TEST(File, WritingFailsWhereThereIsNoFolder) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_text_file(folder / "no/such/file", "x"), FileError);
  write_text_file(folder / "file", "x");
  EXPECT_THROW(make_directory(folder / "file"), FileError);
  EXPECT_THROW(make_directory(folder / "file/below"), FileError);
}

TEST(File, MakesFoldersWithTheirParents) {
  const TemporaryFolder folder;
  make_directory(folder / "a/b/c");
  make_directory(folder / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b/c"));
}

TEST(FileDeathTest, AFullDiskLeavesTheOldFileAlone) {
  const TemporaryFolder folder;
  write_text_file(folder / "file", "old");
  const auto write_too_much = [&] {
    // Past this limit a write fails as it does on a full disk.
    const rlimit limit = {4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    write_text_file(folder / "file", std::string(100000, 'x'));
  };
  EXPECT_EXIT(exit_with_file_error(write_too_much), testing::ExitedWithCode(7),
              "FileError: .*/file: can't be written: File too large");
  EXPECT_EQ(read_text_file(folder / "file"), "old");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(FileDeathTest, AFolderWithoutPermissionIsNamed) {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0555});
  const auto as_nobody = [](const std::function<void()>& body) {
    // Permissions don't hold for root.
    if (::geteuid() == 0 && ::setuid(65534) != 0) std::exit(1);
    exit_with_file_error(body);
  };
  EXPECT_EXIT(as_nobody([&] { write_text_file(folder / "file", "x"); }), testing::ExitedWithCode(7),
              "/file: can't be written: Permission denied");
  EXPECT_EXIT(as_nobody([&] { make_directory(folder.path()); }), testing::ExitedWithCode(7),
              "the folder can't be written to: Permission denied");
  EXPECT_EXIT(as_nobody([&] { make_directory(folder / "new"); }), testing::ExitedWithCode(7),
              "the folder can't be made: Permission denied");
}

}  // namespace
}  // namespace elbo
