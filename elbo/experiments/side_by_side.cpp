#include "elbo/experiments/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "elbo/base/log.h"

namespace elbo {
namespace {

/// Takes tasks in their order until none is left or one has failed.
class Workers {
 public:
  explicit Workers(const std::vector<Task>& tasks) : tasks_(tasks) {}

  void run(int count) {
    at_once_ = count;
    std::vector<std::thread> others;
    try {
      while (static_cast<int>(others.size()) + 1 < count) others.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // Fewer only take longer.
    }
    work();
    for (std::thread& other : others) other.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < tasks_.size() && !failed_; i = next_++) {
      const logging::Label label(tasks_[i].name);
      try {
        tasks_[i].run(
            {.threads = 1, .at_once = at_once_, .should_stop = [this] { return failed_.load(); }});
      } catch (...) {
        const std::lock_guard lock(lock_);
        if (!error_) error_ = std::current_exception();
        failed_ = true;
      }
    }
  }

  const std::vector<Task>& tasks_;
  int at_once_ = 1;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex lock_;
  std::exception_ptr error_;
};

}  // namespace

int tasks_at_once(const std::vector<Task>& tasks, int threads) {
  double longest = 0, all = 0;
  for (const Task& task : tasks) {
    longest = std::max(longest, task.work);
    all += task.work;
  }
  // What a thread alone with the longest task may lose is what all gain by not waiting.
  constexpr double kGain = 1.25;
  return longest * threads <= kGain * all ? std::min(threads, static_cast<int>(tasks.size())) : 1;
}

void run_side_by_side(std::vector<Task> tasks, int threads) {
  const int at_once = tasks_at_once(tasks, threads);
  if (at_once <= 1) {
    for (const Task& task : tasks) {
      const logging::Label label(task.name);
      task.run({.threads = threads});
    }
    return;
  }
  std::ranges::stable_sort(tasks, std::ranges::greater(), &Task::work);
  Workers(tasks).run(at_once);
}

}  // namespace elbo
