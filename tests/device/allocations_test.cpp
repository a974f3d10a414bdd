// "run() only executes": a planned step allocates nothing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "elbo/base/philox.h"
#include "elbo/device/cpu/flat_ops.h"
#include "elbo/device/plan.h"
#include "elbo/distributions/categorical.h"
#include "elbo/distributions/likelihood.h"
#include "elbo/distributions/normal.h"
#include "elbo/graph/gradients.h"
#include "elbo/tensor/arena.h"
#include "tests/device/count_allocations.h"

namespace elbo {
namespace {

constexpr std::int64_t kBatchSize = 64;

/// Allocations of ten runs, after two that warm up.
std::int64_t allocations_of(Plan& plan) {
  const auto run = [&](std::uint32_t step) { plan.run({.seed = 1, .step = step}); };
  run(0);
  run(1);
  testing::start_counting_allocations();
  for (std::uint32_t step = 2; step < 12; ++step) run(step);
  return testing::stop_counting_allocations();
}

class Allocations : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!testing::can_count_allocations()) GTEST_SKIP() << "malloc can't be replaced here";
  }
  PlanOptions options() const { return {.batch_size = kBatchSize, .threads = GetParam()}; }
};

TEST_P(Allocations, OurOwnKernelsAllocateNothing) {
  Graph graph;
  const Value x = graph.input("x", Shape{kBatch, 784});
  const Value rows = graph.input("rows", Shape{kBatch}, DType::i32);
  const Value bytes = graph.input("bytes", Shape{100, 784}, DType::u8);
  const DiagonalNormal q{slice(x, 1, 0, 20), slice(x, 1, 20, 40)};
  const Value z = q.sample(graph.random_normal(Shape{kBatch, 20}));
  const Value target =
      less(graph.random_uniform(Shape{kBatch, 784}), gather(bytes, rows) * (1.0 / 255));
  const auto pixels = find_likelihood("bernoulli").make(x, {});
  const Value bound = pixels->log_prob(target) - sum(kl_to_standard_normal(q), {-1});
  const Value entropy = Categorical{x}.log_prob(target) + log_sum_exp(z, {1});
  const Value loss = -mean_over_batch(bound + entropy);
  const Value d_x = gradients(loss, {x})[0];
  std::vector<float> slopes(kBatchSize * 784);
  Plan plan(graph,
            {loss,
             {d_x, slopes.data()},
             sum(x, {0}),
             max(x, {0}),
             transpose(x, {1, 0}),
             concat({z, x}, 1)},
            nullptr, options());
  std::vector<float> values(kBatchSize * 784, 0.25f);
  const std::vector<std::int32_t> indices(kBatchSize, 99);
  const std::vector<std::uint8_t> table(100 * 784, 77);
  plan.bind_input("x", values.data());
  plan.bind_input("rows", indices.data());
  plan.bind_input("bytes", table.data());
  EXPECT_EQ(allocations_of(plan), 0);
}

TEST_P(Allocations, FlatLoopsAllocateNothing) {
  FlatBuffer w(100000 / 16 * 16), g(w.size()), m(w.size()), v(w.size()), average(w.size());
  const auto step = [&] {
    cpu::adam_step({}, w.values(), g.values(), m.values(), v.values(), {average.values(), 0.9f},
                   GetParam());
    return cpu::sum_of_squares(w.values(), GetParam());
  };
  step();
  step();
  testing::start_counting_allocations();
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(testing::stop_counting_allocations(), 0);
}

TEST_P(Allocations, ProductsAllocateNothing) {
  for (const Precision precision : {Precision::fp32, usable_precision(Precision::bf16)}) {
    Graph graph;
    const Value x = graph.input("x", Shape{kBatch, 40}),
                w = graph.parameter("w", Shape{40, 30}, {});
    const Value b = graph.parameter("b", Shape{30}, {});
    const Value loss = sum(relu(matmul(x, w) + b));
    const std::vector<Value> d = gradients(loss, {x, w, b});
    const FlatBuffer parameters(40 * 30 + 32);
    PlanOptions planned = options();
    planned.precision = precision;
    Plan plan(graph, {d.begin(), d.end()}, parameters.data(), planned);
    const std::vector<float> values(kBatchSize * 40, 1);
    plan.bind_input("x", values.data());
    EXPECT_EQ(allocations_of(plan), 0) << name_of(precision);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, Allocations, ::testing::Values(1, 2),
                         [](const auto& info) { return std::to_string(info.param); });

TEST(CountAllocations, SeesEveryKind) {
  if (!testing::can_count_allocations()) GTEST_SKIP() << "malloc can't be replaced here";
  testing::start_counting_allocations();
  auto number = std::make_unique<int>(1);
  std::vector<double> list(static_cast<std::size_t>(*number) * 10);
  void* volatile aligned = std::aligned_alloc(64, 128);  // or the pair would be optimised away
  const std::int64_t count = testing::stop_counting_allocations();
  std::free(aligned);
  EXPECT_EQ(count, 3);
  EXPECT_EQ(list.size(), 10U);
}

}  // namespace
}  // namespace elbo
