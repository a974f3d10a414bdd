#include "elbo/data/download.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"
#include "elbo/base/file.h"
#include "elbo/base/interrupt.h"
#include "tests/data/local_server.h"
#include "tests/data/scratch.h"
#include "tests/temporary_folder.h"

namespace elbo {
namespace {

class Download : public testing::Test {
 protected:
  Download() {
    for (int i = 0; i < 200000; ++i) body_ += static_cast<char>('a' + i * 7 % 26);
    options_.connect_timeout_seconds = 5;
    options_.low_speed_seconds = 5;
    options_.max_bytes = 300000;
  }

  void fetch(const std::vector<std::string>& paths) {
    std::vector<std::string> urls;
    for (const std::string& path : paths) urls.push_back(server_.url(path));
    const auto check = [this](const std::filesystem::path& file) {
      ++checks_;
      if (read_text_file(file) != body_) throw DataError("{}: wrong content", file.string());
    };
    download(urls, target(), check, options_);
  }
  void expect_delivered() {
    EXPECT_EQ(read_text_file(target()), body_);
    EXPECT_FALSE(std::filesystem::exists(part()));
  }
  std::filesystem::path target() const { return folder_ / "set/file.gz"; }
  std::filesystem::path part() const { return folder_ / "set/file.gz.part"; }
  void leave_part(const std::string& bytes) {
    make_directory(part().parent_path());
    write_text_file(part(), bytes);
  }

  // A proxy that the environment names must not come between us and our own server.
  ScopedVariable no_proxy_{"no_proxy", "127.0.0.1"};
  TemporaryFolder folder_;
  LocalServer server_;
  std::string body_;
  DownloadOptions options_;
  int checks_ = 0;
};

TEST_F(Download, BringsTheFileAndSaysHowFar) {
  server_.serve("/file", body_);
  std::vector<DownloadProgress> seen;
  options_.progress = [&](const DownloadProgress& progress) { seen.push_back(progress); };
  fetch({"/file"});
  expect_delivered();
  EXPECT_EQ(checks_, 1);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().received_bytes, body_.size());
  EXPECT_EQ(seen.back().total_bytes, body_.size());
  EXPECT_GT(seen.back().bytes_per_second, 0);
  EXPECT_EQ(server_.seen()[0].range, "");
}

TEST_F(Download, GoesOnToTheNextMirror) {
  server_.serve("/good", body_);
  fetch({"/missing", "/good"});
  expect_delivered();
  EXPECT_EQ(server_.seen().size(), 2u);
}

TEST_F(Download, GoesOnWhenAMirrorIsNotThere) {
  server_.serve("/good", body_);
  // Port 1 of this machine: nobody listens.
  download(
      {"http://127.0.0.1:1/file", server_.url("/good")}, target(),
      [](const std::filesystem::path&) {}, options_);
  EXPECT_EQ(read_text_file(target()), body_);
}

TEST_F(Download, LeavesAFileThatIsThere) {
  make_directory(target().parent_path());
  write_text_file(target(), "mine");
  fetch({"/file"});
  EXPECT_EQ(read_text_file(target()), "mine");
  EXPECT_TRUE(server_.seen().empty());
  EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(Download, ContinuesWhenCutOff) {
  server_.serve_cut_off("/file", body_, 90000);
  fetch({"/file"});
  expect_delivered();
  const auto seen = server_.seen();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].range, "");
  EXPECT_EQ(seen[1].range, "bytes=90000-");
  EXPECT_EQ(seen[2].range, "bytes=180000-");
}

TEST_F(Download, KeepsThePartForTheNextTry) {
  server_.serve_cut_off("/bad", body_, 90000);
  options_.max_tries = 1;
  const std::string message = message_of<NetworkError>([&] { fetch({"/bad"}); });
  EXPECT_NE(message.find("file.gz: can't be downloaded: " + server_.url("/bad")),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(target()));
  EXPECT_EQ(std::filesystem::file_size(part()), 90000u);
  server_.serve("/good", body_);
  fetch({"/good"});
  expect_delivered();
  EXPECT_EQ(server_.seen().back().range, "bytes=90000-");
}

TEST_F(Download, StartsOverWhenTheServerIgnoresRanges) {
  leave_part(body_.substr(0, 1000));
  server_.serve_raw("/file", 200, body_);
  fetch({"/file"});
  expect_delivered();
  ASSERT_EQ(server_.seen().size(), 1u);
  EXPECT_EQ(server_.seen()[0].range, "bytes=1000-");
}

TEST_F(Download, StartsOverWhenTheServerSendsAnotherRange) {
  leave_part(body_.substr(0, 1000));
  int calls = 0;
  server_.get("/file", [&](const httplib::Request& request, httplib::Response& response) {
    ++calls;
    const bool ranged = request.has_header("Range");
    response.status = ranged ? 206 : 200;
    if (ranged) response.set_header("Content-Range", "bytes 0-199999/200000");
    response.set_chunked_content_provider("text/plain",
                                          [this](std::size_t, httplib::DataSink& sink) {
                                            sink.write(body_.data(), body_.size());
                                            sink.done();
                                            return true;
                                          });
  });
  fetch({"/file"});
  expect_delivered();
  EXPECT_EQ(calls, 2);
}

TEST_F(Download, StartsOverWhenThePartIsNotOfThisFile) {
  leave_part("bytes of something else");
  server_.serve("/file", body_);
  fetch({"/file"});
  expect_delivered();
  EXPECT_EQ(checks_, 2);
  EXPECT_EQ(server_.seen().size(), 2u);
}

TEST_F(Download, StartsOverWhenThePartIsTooLong) {
  leave_part(body_ + "and more");
  server_.get("/file", [&](const httplib::Request& request, httplib::Response& response) {
    if (request.has_header("Range")) {
      response.status = 416;
      response.set_header("Content-Range", "bytes */200000");
    } else {
      response.set_content(body_, "text/plain");
    }
  });
  fetch({"/file"});
  expect_delivered();
}

TEST_F(Download, TakesAPartThatIsAlreadyWhole) {
  leave_part(body_);
  server_.serve_raw("/file", 416, "nothing left", "bytes */200000");
  fetch({"/file"});
  expect_delivered();
  EXPECT_EQ(server_.seen().size(), 1u);
}

TEST_F(Download, RefusesAWrongFile) {
  server_.serve("/file", "not the file");
  const std::string message = message_of<NetworkError>([&] { fetch({"/file"}); });
  EXPECT_NE(message.find("it sent a wrong file"), std::string::npos) << message;
  EXPECT_NE(message.find("wrong content"), std::string::npos) << message;
  EXPECT_FALSE(std::filesystem::exists(target()));
  EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(Download, FollowsARedirect) {
  server_.get("/old", [](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("/new");
  });
  server_.serve("/new", body_);
  fetch({"/old"});
  expect_delivered();
}

TEST_F(Download, LeavesACircleOfRedirects) {
  server_.get("/loop", [](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("/loop");
  });
  const std::string message = message_of<NetworkError>([&] { fetch({"/loop"}); });
  EXPECT_NE(message.find("too many redirects"), std::string::npos) << message;
  EXPECT_LE(server_.seen().size(), 6u);
}

TEST_F(Download, SaysTheStatus) {
  const std::string message = message_of<NetworkError>([&] { fetch({"/a", "/b"}); });
  EXPECT_NE(message.find("/a: HTTP status 404; "), std::string::npos) << message;
  EXPECT_NE(message.find("/b: HTTP status 404"), std::string::npos) << message;
  EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(Download, StopsABodyThatNeverEnds) {
  server_.get("/endless", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
      const std::string block(10000, 'x');
      return sink.write(block.data(), block.size());
    });
  });
  const std::string message = message_of<NetworkError>([&] { fetch({"/endless"}); });
  EXPECT_NE(message.find("more than the 300000 bytes"), std::string::npos) << message;
  EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(Download, StopsWhenInterruptedAndKeepsThePart) {
  server_.get("/slow", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return sink.write("some of it", 10);
    });
  });
  options_.progress = [](const DownloadProgress& progress) {
    if (progress.received_bytes >= 20) set_interrupted(true);
  };
  const std::string message = message_of<Interrupted>([&] { fetch({"/slow"}); });
  set_interrupted(false);
  EXPECT_NE(message.find("the next try continues"), std::string::npos) << message;
  EXPECT_GE(std::filesystem::file_size(part()), 20u);
}

TEST_F(Download, CarriesWhatTheCallbackThrows) {
  server_.serve("/file", body_);
  options_.progress = [](const DownloadProgress&) { throw UsageError("enough"); };
  EXPECT_EQ(message_of<UsageError>([&] { fetch({"/file"}); }), "enough");
}

TEST_F(Download, SaysWhenTheFolderCannotBeWrittenTo) {
  // A file where the folder should be: refused even to root.
  write_text_file(folder_ / "set", "in the way");
  const std::string message = message_of<FileError>([&] { fetch({"/file"}); });
  EXPECT_NE(message.find("the folder can't be made"), std::string::npos) << message;
  EXPECT_TRUE(server_.seen().empty());
}

TEST_F(Download, TakesOnlyHttp) {
  write_text_file(folder_ / "local", body_);
  EXPECT_THROW(download(
                   {"file://" + (folder_ / "local").string()}, target(),
                   [](const std::filesystem::path&) {}, options_),
               NetworkError);
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(Download, TwoAtOnceBringOneFile) {
  server_.serve("/file", body_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      download(
          {server_.url("/file")}, target(), [](const std::filesystem::path&) {}, options_);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server_.seen().size(), 1u);
  expect_delivered();
}

}  // namespace
}  // namespace elbo
