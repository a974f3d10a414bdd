// Matrix products whose inner dimension is worked through in blocks: exact for whole numbers, in
// any precision, whichever operand is transposed.
#include <gtest/gtest.h>

#include <cmath>

#include "elbo/base/philox.h"
#include "elbo/graph/ops.h"
#include "tests/device/run_plan.h"

namespace elbo {
namespace {

using testing::Floats;
using testing::run_plan;

constexpr std::int64_t kRows = 70, kInner = 1501, kColumns = 37;

Floats whole_numbers(std::int64_t count, std::uint64_t seed) {
  RandomSequence random(seed);
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = std::round(static_cast<float>(random.next_uniform(-9, 9)));
  return values;
}

TEST(LongProducts, AreExactForWholeNumbers) {
  for (const bool transpose_a : {false, true}) {
    for (const bool transpose_b : {false, true}) {
      SCOPED_TRACE(std::string(transpose_a ? "transposed " : "") + "a, " +
                   (transpose_b ? "transposed " : "") + "b");
      Graph graph;
      const Value a = graph.input("a", transpose_a ? Shape{kInner, kBatch} : Shape{kBatch, kInner});
      const Value b =
          graph.input("b", transpose_b ? Shape{kColumns, kInner} : Shape{kInner, kColumns});
      const Value bias = graph.input("bias", Shape{kColumns});
      const std::vector<Value> outputs{relu(matmul(a, b, transpose_a, transpose_b) + bias)};
      const testing::Inputs inputs{{"a", whole_numbers(kRows * kInner, 1)},
                                   {"b", whole_numbers(kInner * kColumns, 2)},
                                   {"bias", whole_numbers(kColumns, 3)}};
      const auto expected = run_plan(graph, outputs, inputs, {kRows, DeviceKind::reference});
      for (const Precision precision :
           {Precision::fp32, Precision::bf16_emulated, Precision::bf16}) {
        for (const int threads : {1, 2}) {
          EXPECT_EQ(run_plan(graph, outputs, inputs, {kRows, DeviceKind::cpu, threads, precision}),
                    expected);
        }
      }
    }
  }
}

}  // namespace
}  // namespace elbo
