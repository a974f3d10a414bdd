// How a loop is shared. The caller puts the loop down and says so by storing its number (an epoch)
// and how many parts it has, in one word. A part is begun by whoever first writes the epoch into
// the part's mark. A thread that comes late, with an old epoch, finds marks that are no older than
// it and so can begin nothing; a thread that could begin a part knows that its loop isn't over yet,
// because the caller waits for every part, and only then reads what the loop is.
//
// Threads wait for the next loop that has a part for them by looking for a while, as long as the
// gaps between the kernels of a training step, then asleep.
#include "elbo/base/thread_pool.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "elbo/base/check.h"
#include "elbo/base/float_mode.h"

namespace elbo {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a thread looks for its next loop before it goes to sleep.
constexpr std::chrono::microseconds kLooking{100};
/// How long a caller looks whether the last parts are done before it lets others run.
constexpr int kLooks = 4096;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Apart from its neighbours, so that threads don't take the cache line from each other.
struct alignas(64) Mark {
  std::atomic<std::uint64_t> epoch{0};
};

/// Where a thread sleeps.
struct alignas(64) Bed {
  std::mutex lock;
  std::condition_variable wake;
  std::atomic<bool> is_taken{false};
};

}  // namespace

class ThreadPool::Workers {
 public:
  ~Workers() {
    ending_.store(true);
    announce(kMostThreads);
    for (std::thread& thread : threads_) thread.join();
  }

  void run(int parts, PartFunction body) {
    ELBO_ASSERT(parts <= kMostThreads);
    if (busy_.exchange(true, std::memory_order_acquire)) {
      for (int part = 0; part < parts; ++part) body(part);
      return;
    }
    start_threads(parts - 1);
    body_ = &body;
    float_mode_ = float_mode();
    done_.store(0, std::memory_order_relaxed);
    const std::uint64_t epoch = announce(parts);
    take_parts(epoch, parts, 0);
    for (int looks = 0; done_.load(std::memory_order_acquire) != parts; ++looks) {
      if (looks < kLooks) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
    busy_.store(false, std::memory_order_release);
  }

 private:
  static constexpr int kPartBits = 16;

  /// As many as wanted, or as the system gives: fewer only make a loop slower.
  void start_threads(int count) {
    if (static_cast<int>(threads_.size()) >= count) return;
    // Signals are the caller's business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      while (static_cast<int>(threads_.size()) < count) {
        const int own_part = static_cast<int>(threads_.size()) + 1;
        threads_.emplace_back([this, own_part] { work(own_part); });
      }
    } catch (const std::system_error&) {
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  static int parts_of(std::uint64_t loop) {
    return static_cast<int>(loop & ((1U << kPartBits) - 1));
  }

  /// Says that there is a new loop and wakes those that have a part in it; returns its epoch.
  std::uint64_t announce(int parts) {
    const std::uint64_t epoch = (loop_.load(std::memory_order_relaxed) >> kPartBits) + 1;
    loop_.store(epoch << kPartBits | static_cast<std::uint64_t>(parts));
    const auto end = std::min<std::size_t>(static_cast<std::size_t>(parts), threads_.size() + 1);
    for (std::size_t part = 1; part < end; ++part) {
      // Who is about to sleep takes the bed, then looks for the last time, under the lock.
      Bed& bed = beds_[part];
      if (!bed.is_taken.load()) continue;
      { const std::lock_guard lock(bed.lock); }
      bed.wake.notify_one();
    }
    return epoch;
  }

  void work(int own_part) {
    std::uint64_t known = 0;
    while (true) {
      known = wait_for_loop_after(known, own_part);
      if (ending_.load()) return;
      take_parts(known >> kPartBits, parts_of(known), own_part);
    }
  }

  /// The newest loop after `known`, once there is one with a part of that number.
  std::uint64_t wait_for_loop_after(std::uint64_t known, int own_part) {
    std::uint64_t loop = known;
    const auto has_part = [&] {
      loop = loop_.load();
      return loop != known && parts_of(loop) > own_part;
    };
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < kLooking) {
      for (int look = 0; look < 32; ++look) {
        if (has_part()) return loop;
        pause();
      }
    }
    Bed& bed = beds_[static_cast<std::size_t>(own_part)];
    std::unique_lock lock(bed.lock);
    bed.is_taken.store(true);
    bed.wake.wait(lock, has_part);
    bed.is_taken.store(false);
    return loop;
  }

  /// Its own part, then those that nobody has begun.
  void take_parts(std::uint64_t epoch, int parts, int own_part) {
    for (int i = 0; i < parts; ++i) {
      const int part = (own_part + i) % parts;
      std::atomic<std::uint64_t>& mark = marks_[static_cast<std::size_t>(part)].epoch;
      std::uint64_t begun = mark.load(std::memory_order_relaxed);
      if (begun >= epoch || !mark.compare_exchange_strong(begun, epoch)) continue;
      if (own_part != 0) set_float_mode(float_mode_);
      (*body_)(part);
      done_.fetch_add(1, std::memory_order_release);
    }
  }

  std::vector<std::thread> threads_;
  /// A loop is running.
  std::atomic<bool> busy_{false};
  std::atomic<bool> ending_{false};
  /// What runs now; to be read by who has begun one of its parts.
  const PartFunction* body_ = nullptr;
  /// The caller's, so that a part computes the same wherever it runs.
  std::uint64_t float_mode_ = 0;
  std::array<Mark, kMostThreads> marks_;
  alignas(64) std::atomic<std::uint64_t> loop_{0};
  std::array<Bed, kMostThreads> beds_;
  alignas(64) std::atomic<int> done_{0};
};

ThreadPool::ThreadPool() : workers_(std::make_unique<Workers>()) {}
ThreadPool::~ThreadPool() = default;

void ThreadPool::run(int parts, PartFunction body) {
  workers_->run(parts, body);
}

ThreadPool& thread_pool() {
  static ThreadPool pool;
  return pool;
}

}  // namespace elbo
