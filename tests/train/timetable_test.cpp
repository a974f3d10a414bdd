// Where epochs end, and how far the warm-up has come.
#include "elbo/train/timetable.h"

#include <gtest/gtest.h>

#include <vector>

namespace elbo {
namespace {

Timetable timetable(std::size_t examples, std::int64_t batch, std::int64_t epochs,
                    std::int64_t warmup_epochs = 0, std::int64_t cycles = 1) {
  Graph graph;
  const Dataset data;
  TrainSettings settings;
  settings.batch_size = batch;
  settings.epochs = epochs;
  return Timetable({.graph = graph,
                    .data = data,
                    .split = {.train = std::vector<std::int32_t>(examples), .validation = {}},
                    .loss = {},
                    .train_terms = {},
                    .validation_terms = {},
                    .warmup_epochs = warmup_epochs,
                    .warmup_cycles = cycles,
                    .monitored = ""},
                   settings);
}

std::vector<float> warmup(const Timetable& table) {
  std::vector<float> values;
  for (std::int64_t step = 0; step < table.total_steps(); ++step) {
    values.push_back(table.warmup_at(step));
  }
  return values;
}

TEST(Timetable, AnEpochEndsWithTheBatchThatHoldsItsLastExample) {
  // 10 examples in batches of 4: the batches of three epochs end at 4, 8, 12, 16, 20, 24, 28, 32.
  const Timetable table = timetable(10, 4, 3);
  EXPECT_EQ(table.steps_until(0), 0);
  EXPECT_EQ(table.steps_until(1), 3);
  EXPECT_EQ(table.steps_until(2), 5);
  EXPECT_EQ(table.steps_until(3), 8);
  EXPECT_EQ(table.total_steps(), 8);
}

TEST(Timetable, WarmsUpOnceFromZeroToOne) {
  EXPECT_EQ(warmup(timetable(8, 4, 3)), (std::vector<float>{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(warmup(timetable(8, 4, 3, 2)), (std::vector<float>{0, 0.25f, 0.5f, 0.75f, 1, 1}));
}

TEST(Timetable, WarmsUpInCycles) {
  EXPECT_EQ(warmup(timetable(8, 4, 4, 1, 2)), (std::vector<float>{0, 0.5f, 1, 1, 0, 0.5f, 1, 1}));
  // Without a length each warm-up takes half of its cycle.
  EXPECT_EQ(warmup(timetable(8, 4, 4, 0, 2)), (std::vector<float>{0, 0.5f, 1, 1, 0, 0.5f, 1, 1}));
  // More cycles than steps.
  EXPECT_EQ(warmup(timetable(8, 4, 1, 0, 5)), (std::vector<float>{0, 0}));
}

}  // namespace
}  // namespace elbo
