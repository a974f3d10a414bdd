// Memory booking: buffers that are alive together never overlap, and nothing is wasted beyond
// reason.
#include "elbo/graph/memory.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "elbo/base/philox.h"

namespace elbo {
namespace {

std::int64_t aligned(std::int64_t bytes) {
  return (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
}

std::vector<Lifetime> random_lifetimes(RandomSequence& random) {
  std::vector<Lifetime> buffers(1 + random.next_below(60));
  for (Lifetime& buffer : buffers) {
    buffer.bytes = 1 + random.next_below(5000);
    buffer.first = static_cast<int>(random.next_below(40)) - 1;
    buffer.last = buffer.first + static_cast<int>(random.next_below(12));
  }
  return buffers;
}

TEST(Memory, BuffersAliveTogetherNeverOverlap) {
  RandomSequence random(31);
  for (int trial = 0; trial < 300; ++trial) {
    const std::vector<Lifetime> buffers = random_lifetimes(random);
    const MemoryPlan plan = book_memory(buffers);
    ASSERT_EQ(plan.offsets.size(), buffers.size());
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      ASSERT_EQ(plan.offsets[i] % kAlignmentBytes, 0);
      ASSERT_GE(plan.offsets[i], 0);
      ASSERT_LE(plan.offsets[i] + buffers[i].bytes, plan.total_bytes);
      for (std::size_t j = 0; j < i; ++j) {
        if (buffers[i].last < buffers[j].first || buffers[j].last < buffers[i].first) continue;
        ASSERT_TRUE(plan.offsets[i] + buffers[i].bytes <= plan.offsets[j] ||
                    plan.offsets[j] + buffers[j].bytes <= plan.offsets[i])
            << "trial " << trial << ", buffers " << j << " and " << i;
      }
    }
  }
}

TEST(Memory, TheTotalLiesBetweenThePeakAndTheSum) {
  RandomSequence random(32);
  for (int trial = 0; trial < 300; ++trial) {
    const std::vector<Lifetime> buffers = random_lifetimes(random);
    std::int64_t sum = 0, peak = 0;
    for (const Lifetime& buffer : buffers) sum += aligned(buffer.bytes);
    for (int step = -1; step < 60; ++step) {
      std::int64_t alive = 0;
      for (const Lifetime& buffer : buffers) {
        if (buffer.first <= step && step <= buffer.last) alive += aligned(buffer.bytes);
      }
      peak = std::max(peak, alive);
    }
    const std::int64_t total = book_memory(buffers).total_bytes;
    EXPECT_LE(total, sum);
    EXPECT_GE(total, peak);
  }
}

TEST(Memory, AChainNeedsTwoBuffers) {
  std::vector<Lifetime> chain;
  for (int step = 0; step < 10; ++step) chain.push_back({1024, step, step + 1});
  EXPECT_EQ(book_memory(chain).total_bytes, 2048);
}

TEST(Memory, BuffersOfTheSameStepAreAliveTogether) {
  // One is read last in the step in which the other is written.
  EXPECT_EQ(book_memory({{64, 0, 3}, {64, 3, 5}}).total_bytes, 128);
  EXPECT_EQ(book_memory({{64, 0, 2}, {64, 3, 5}}).total_bytes, 64);
}

TEST(Memory, NoBuffersNeedNoMemory) {
  EXPECT_EQ(book_memory({}).total_bytes, 0);
}

}  // namespace
}  // namespace elbo
