// A real HTTP server on 127.0.0.1 at a port of the system's choosing, for the download tests.
#pragma once

#include <httplib.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace elbo {

struct SeenRequest {
  std::string path;
  /// The Range header, or empty.
  std::string range;
};

class LocalServer {
 public:
  LocalServer() {
    server_.set_keep_alive_max_count(1);
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response&) {
      const std::lock_guard lock(mutex_);
      seen_.push_back({request.path, request.get_header_value("Range")});
      return httplib::Server::HandlerResponse::Unhandled;
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~LocalServer() {
    server_.stop();
    thread_.join();
  }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  void get(const std::string& path, httplib::Server::Handler handler) {
    server_.Get(path, std::move(handler));
  }
  /// A well-behaved file: whole, or from where a Range header says.
  void serve(const std::string& path, const std::string& body) {
    get(path, [body](const httplib::Request&, httplib::Response& response) {
      response.set_content(body, "application/octet-stream");
    });
  }
  /// Promises all of the body and hangs up after `sent` bytes of what was asked for.
  void serve_cut_off(const std::string& path, const std::string& body, std::size_t sent) {
    get(path, [body, sent](const httplib::Request&, httplib::Response& response) {
      std::size_t left = sent;
      response.set_content_provider(
          body.size(), "application/octet-stream",
          [body, left](std::size_t offset, std::size_t length, httplib::DataSink& sink) mutable {
            if (left == 0) return false;
            const std::size_t part = std::min(left, length);
            left -= part;
            return sink.write(body.data() + offset, part);
          });
    });
  }
  /// Answers with this status and body and no length, whatever was asked for.
  void serve_raw(const std::string& path, int status, const std::string& body,
                 const std::string& content_range = "") {
    get(path, [=](const httplib::Request&, httplib::Response& response) {
      response.status = status;
      if (!content_range.empty()) response.set_header("Content-Range", content_range);
      response.set_chunked_content_provider("application/octet-stream",
                                            [body](std::size_t, httplib::DataSink& sink) {
                                              if (!sink.write(body.data(), body.size()))
                                                return false;
                                              sink.done();
                                              return true;
                                            });
    });
  }

  std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<SeenRequest> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<SeenRequest> seen_;
};

}  // namespace elbo
