#include "elbo/experiments/side_by_side.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "elbo/base/error.h"
#include "elbo/base/log.h"

namespace elbo {
namespace {

Task task(double work, std::function<void(const TaskContext&)> run) {
  return {.name = "task", .work = work, .run = std::move(run)};
}

std::vector<Task> idle(const std::vector<double>& works) {
  std::vector<Task> tasks;
  for (const double work : works) tasks.push_back(task(work, [](const TaskContext&) {}));
  return tasks;
}

/// Waits until it holds, for ten seconds at most.
bool becomes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 10000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(TasksAtOnce, OneWhereAThreadWouldBeLeftAloneWithALongTask) {
  EXPECT_EQ(tasks_at_once(idle({1, 1, 1, 1}), 2), 2);
  EXPECT_EQ(tasks_at_once(idle({1, 1, 1, 1}), 1), 1);
  EXPECT_EQ(tasks_at_once(idle({3, 1, 1}), 2), 2);
  EXPECT_EQ(tasks_at_once(idle({9, 1, 1}), 2), 1);
  EXPECT_EQ(tasks_at_once(idle({1, 1, 1, 1}), 16), 1);
  EXPECT_EQ(tasks_at_once({}, 2), 0);
}

TEST(SideBySide, TasksMeet) {
  // Neither could end if one waited for the other to.
  std::atomic<int> begun{0};
  const auto meet = [&](const TaskContext& context) {
    EXPECT_EQ(context.threads, 1);
    EXPECT_EQ(context.at_once, 2);
    ++begun;
    EXPECT_TRUE(becomes_true([&] { return begun == 2; }));
  };
  run_side_by_side({task(1, meet), task(1, meet)}, 2);
  EXPECT_EQ(begun, 2);
}

TEST(SideBySide, TheLongestBegins) {
  std::mutex lock;
  std::vector<double> order;
  std::vector<Task> tasks;
  for (const double work : {1.0, 3.0, 4.0, 2.0}) {
    tasks.push_back(task(work, [&, work](const TaskContext&) {
      const std::lock_guard guard(lock);
      order.push_back(work);
      // Long enough for the other thread to take what is next.
      if (order.size() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }));
  }
  run_side_by_side(tasks, 2);
  ASSERT_EQ(order.size(), 4U);
  EXPECT_GE(std::max(order[0], order[1]), 4);
  EXPECT_LE(std::min(order[2], order[3]), 2);
}

TEST(SideBySide, OneAfterAnotherInTheirOrderWithAllThreads) {
  std::vector<int> order;
  std::vector<Task> tasks;
  for (const int i : {0, 1, 2}) {
    tasks.push_back(task(i, [&, i](const TaskContext& context) {
      EXPECT_EQ(context.threads, 8);
      EXPECT_EQ(context.at_once, 1);
      EXPECT_FALSE(context.should_stop());
      order.push_back(i);
    }));
  }
  run_side_by_side(tasks, 8);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(SideBySide, AFailureStopsTheOthersAndIsWhatIsThrown) {
  std::atomic<bool> stopped{false}, third_ran{false};
  std::vector<Task> tasks;
  tasks.push_back(task(3, [&](const TaskContext& context) {
    stopped = becomes_true(context.should_stop);
    throw Interrupted("stopped because another failed");
  }));
  tasks.push_back(task(2, [](const TaskContext&) { throw DataError("the reason"); }));
  tasks.push_back(task(1, [&](const TaskContext&) { third_ran = true; }));
  try {
    run_side_by_side(tasks, 2);
    FAIL() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "the reason");
  }
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(third_ran);
}

TEST(SideBySide, MessagesSayWhoseTheyAre) {
  std::vector<Task> tasks = idle({1, 1});
  for (Task& each : tasks) {
    each.run = [](const TaskContext&) { logging::warning("is hot"); };
  }
  tasks[0].name = "left";
  tasks[1].name = "right";
  ::testing::internal::CaptureStderr();
  run_side_by_side(tasks, 2);
  logging::warning("all is well");
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("warning: left: is hot\n"), std::string::npos) << text;
  EXPECT_NE(text.find("warning: right: is hot\n"), std::string::npos) << text;
  EXPECT_NE(text.find("warning: all is well\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace elbo
