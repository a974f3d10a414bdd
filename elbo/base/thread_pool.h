// The threads that loops are split between, one pool for the whole process. A loop comes in parts;
// each thread begins with the part that is its own, so that it finds its data in its caches, and
// then takes parts that nobody has begun. So a loop does not wait for a thread that other programs
// keep from beginning, only for one that they interrupt in the middle of a part.
#pragma once

#include <cstdint>
#include <memory>

namespace elbo {

/// A reference to something that is called with the number of a part.
class PartFunction {
 public:
  template <typename Body>
  explicit PartFunction(const Body& body)
      : body_(&body), call_([](const void* self, std::int64_t part) {
          (*static_cast<const Body*>(self))(part);
        }) {}
  void operator()(std::int64_t part) const { call_(body_, part); }

 private:
  const void* body_;
  void (*call_)(const void* body, std::int64_t part);
};

/// Parts of a loop, at most.
inline constexpr int kMostThreads = 256;

class ThreadPool {
 public:
  ThreadPool();
  /// Waits for its threads to end.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Calls body(0), ..., body(parts - 1), at most kMostThreads, each once, and returns when all are
  /// done: on the calling thread and on up to parts - 1 others, which are started when they are
  /// first wanted. Calls from inside of a part, and calls while another thread's loop is running,
  /// run on the caller alone.
  void run(int parts, PartFunction body);

 private:
  class Workers;
  std::unique_ptr<Workers> workers_;
};

/// The process's. Its threads end when the process does.
ThreadPool& thread_pool();

}  // namespace elbo
