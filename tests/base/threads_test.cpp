// Loops between threads: every part once, whoever calls, and whatever else the threads do.
#include "elbo/base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "elbo/base/float_mode.h"

namespace elbo {
namespace {

/// How often each index was visited.
std::vector<int> visits(int threads, std::int64_t count, std::int64_t grain) {
  std::vector<int> seen(static_cast<std::size_t>(count), 0);
  parallel_for(threads, count, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
  });
  return seen;
}

TEST(ParallelFor, VisitsEachIndexOnce) {
  for (const int threads : {1, 2, 3, 7, 64, 1000}) {
    for (const std::int64_t count : {0, 1, 2, 13, 1000}) {
      for (const std::int64_t grain : {1, 5, 4096}) {
        EXPECT_EQ(visits(threads, count, grain),
                  std::vector<int>(static_cast<std::size_t>(count), 1))
            << threads << " threads, " << count << " by " << grain;
      }
    }
  }
}

TEST(ParallelFor, RangesBeginAtMultiplesOfTheGrain) {
  std::atomic<int> ranges{0};
  parallel_for(3, 100, 16, [&](std::int64_t begin, std::int64_t end) {
    EXPECT_EQ(begin % 16, 0);
    EXPECT_TRUE(end % 16 == 0 || end == 100);
    ++ranges;
  });
  EXPECT_EQ(ranges, 3);
}

TEST(ParallelFor, WhatALoopWroteIsThereWhenItReturns) {
  // Many short loops one after the other, of changing numbers of parts: late threads must neither
  // miss a part of theirs nor take one of the next loop.
  std::vector<std::int64_t> values(997, 0);
  const auto count = static_cast<std::int64_t>(values.size());
  for (int loop = 0; loop < 5000; ++loop) {
    parallel_for(2 + loop % 4, count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) values[static_cast<std::size_t>(i)] += i;
    });
    ASSERT_EQ(std::accumulate(values.begin(), values.end(), std::int64_t{0}),
              (loop + 1) * count * (count - 1) / 2);
  }
}

TEST(ParallelFor, ComputesInTheFloatModeOfItsCaller) {
  const auto modes = [] {
    std::vector<std::uint64_t> found(4);
    parallel_for(4, 4, 1, [&](std::int64_t begin, std::int64_t) {
      // Long enough for each thread to begin its own part.
      const auto start = std::chrono::steady_clock::now();
      while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(2)) {
      }
      found[static_cast<std::size_t>(begin)] = float_mode();
    });
    return found;
  };
  const std::uint64_t before = float_mode();
  {
    const FlushSubnormals flush;
    EXPECT_EQ(modes(), std::vector<std::uint64_t>(4, float_mode()));
  }
  EXPECT_EQ(float_mode(), before);
  EXPECT_EQ(modes(), std::vector<std::uint64_t>(4, before));
}

TEST(ParallelFor, RunsInsideOfItself) {
  std::atomic<int> inner{0};
  parallel_for(4, 8, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      parallel_for(4, 10, 1, [&](std::int64_t first, std::int64_t last) {
        inner += static_cast<int>(last - first);
      });
    }
  });
  EXPECT_EQ(inner, 80);
}

TEST(ParallelFor, MayBeCalledFromSeveralThreads) {
  std::vector<std::thread> callers;
  std::atomic<int> total{0};
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int loop = 0; loop < 300; ++loop) {
        parallel_for(3, 30, 1, [&](std::int64_t begin, std::int64_t end) {
          total += static_cast<int>(end - begin);
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total, 4 * 300 * 30);
}

TEST(ParallelFor, WakesThreadsThatWentToSleep) {
  for (int loop = 0; loop < 20; ++loop) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(visits(4, 64, 1), std::vector<int>(64, 1));
  }
}

TEST(ThreadPool, PartsRunBesideOneAnother) {
  // Part 0 ends only when all the others are done.
  ThreadPool pool;
  std::atomic<int> done{0};
  constexpr int kParts = 8;
  pool.run(kParts, PartFunction([&](std::int64_t part) {
             while (part == 0 && done < kParts - 1) std::this_thread::yield();
             ++done;
           }));
  EXPECT_EQ(done, kParts);
}

TEST(ThreadPool, EndsWithItsThreadsAtRest) {
  for (int i = 0; i < 50; ++i) {
    ThreadPool pool;
    std::atomic<int> sum{0};
    pool.run(3, PartFunction([&](std::int64_t part) { sum += static_cast<int>(part); }));
    EXPECT_EQ(sum, 3);
  }
}

}  // namespace
}  // namespace elbo
